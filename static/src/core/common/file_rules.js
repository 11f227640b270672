import { _t } from "@web/core/l10n/translation";

/**
 * @typedef {Object} FileRules what WhatsApp takes, as the server says (`models/media/wa_file_rules.py`)
 * @property {{kind: string, types: string[], limit: number}[]} kinds types may end with `*`
 * @property {string[]} converted types the server makes something of that WhatsApp takes
 * @property {Object<string, string>} aliases other names of types
 * @property {Object<string, string>} endings types by the end of a name, for files without a type
 */

const MEGABYTE = 1024 * 1024;

/** @type {Object<string, (values: {name: string, limit: number}) => string>} */
const TOO_LARGE = {
    image: (values) => _t("“%(name)s” is too large: WhatsApp takes pictures of up to %(limit)s MB.", values),
    video: (values) => _t("“%(name)s” is too large: WhatsApp takes films of up to %(limit)s MB.", values),
    audio: (values) => _t("“%(name)s” is too large: WhatsApp takes sounds of up to %(limit)s MB.", values),
    document: (values) => _t("“%(name)s” is too large: WhatsApp takes documents of up to %(limit)s MB.", values),
};

/**
 * @param {File} file
 * @param {FileRules} rules
 * @returns {string} its type by the server's names, `""` for an unknown one
 */
function getType({ name, type }, { aliases, endings }) {
    const bare = type.split(";")[0].trim().toLowerCase();
    if (!bare || bare === "application/octet-stream") {
        return endings[name.slice(name.lastIndexOf(".")).toLowerCase()] ?? "";
    }
    return aliases[bare] ?? bare;
}

/**
 * @param {string[]} patterns
 * @param {string} type
 */
function isAmong(patterns, type) {
    return patterns.some((pattern) => (pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern));
}

/**
 * Tell before the upload why WhatsApp would not take a file. What is found out only by opening it
 * is found out by the server.
 *
 * @param {File} file
 * @param {FileRules} rules
 * @returns {string|undefined} a sentence; undefined when nothing speaks against it
 */
export function getFileObjection(file, rules) {
    const type = getType(file, rules);
    const rule = rules.kinds.find(({ types }) => isAmong(types, type));
    const isConverted = isAmong(rules.converted, type);
    // a picture that is too large is made smaller
    const mayShrink = rule?.kind === "image" && isConverted;
    if (rule && file.size > rule.limit && !mayShrink) {
        return TOO_LARGE[rule.kind]({
            name: file.name,
            limit: Math.floor(rule.limit / MEGABYTE),
        });
    }
    if (!rule && type && !isConverted) {
        return _t("WhatsApp does not take files like “%(name)s”. Send a PDF, a picture, an MP4 film or a link.", {
            name: file.name,
        });
    }
}
