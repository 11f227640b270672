/** Letters written from right to left, and the marks that stand for one. Source: Unicode Standard Annex 9, rule P2. */
const RIGHT_TO_LEFT =
    /[\u200f\u061c\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}]/u;
/** A letter of any script, or a mark of direction: digits, signs and emoji have no direction of their own. */
const STRONG = /[\p{L}\u200e\u200f\u061c]/u;

/**
 * The direction a text is read in, by its first letter.
 *
 * Set explicitly and not by `dir="auto"`: browsers settle on a direction before the words are put
 * into the element, and do not come back to it.
 *
 * @param {string} text
 * @returns {"rtl"|"ltr"|undefined} undefined: no letter in it, the direction around it holds
 */
export function getTextDirection(text) {
    const [letter] = STRONG.exec(text || "") || [];
    return letter && (RIGHT_TO_LEFT.test(letter) ? "rtl" : "ltr");
}
