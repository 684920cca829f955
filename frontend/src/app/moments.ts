// Moments as people here read them, whatever zone the browser is in.
const DAY = new Intl.DateTimeFormat('vi-VN', { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'Asia/Ho_Chi_Minh' });
const CLOCK = new Intl.DateTimeFormat('vi-VN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Ho_Chi_Minh' });

export const day = (moment: string): string => DAY.format(new Date(moment));
export const clock = (moment: string | number): string => CLOCK.format(new Date(moment));

/** The hour; for another day than today the day. */
export const lately = (moment: string): string => (day(moment) === DAY.format(new Date()) ? clock(moment) : day(moment).slice(0, 5));
