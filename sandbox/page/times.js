/** Times in the reader's own language and zone. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const long = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const stamp = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const date = (seconds) => new Date(seconds * 1000);

export const time = (seconds) => clock.format(date(seconds));
export const full = (seconds) => stamp.format(date(seconds));
export const dayKey = (seconds) => date(seconds).toDateString();

/**
 * Return the words of a day line: today, yesterday, or the date.
 *
 * @param {number} seconds
 * @param {number} now the world's time, which a tester may have moved
 */
export function day(seconds, now) {
    const midnight = (value) => new Date(date(value).toDateString()).getTime();
    const days = Math.round((midnight(seconds) - midnight(now)) / 86400000);
    return Math.abs(days) < 2 ? relative.format(days, "day") : long.format(date(seconds));
}

/** Return when a chat was last active: a time today, else a day. */
export function short(seconds, now) {
    return dayKey(seconds) === dayKey(now) ? time(seconds) : day(seconds, now);
}

/** Return a span of time in words: "2 days", "25 hours", "3 minutes". */
export function span(seconds) {
    const size = Math.abs(seconds);
    const [value, unit] =
        size >= 172800 ? [size / 86400, "days"] : size >= 3600 ? [size / 3600, "hours"] : [size / 60, "minutes"];
    return `${Math.round(value * 10) / 10} ${unit}`;
}
