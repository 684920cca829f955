"""Moments at which a suite that depends on the day would break: every weekday, the ends of months, years and school
years, and days that turn early.
"""

MOMENTS = {
    "monday-of-the-fault": "2026-11-30 01:00Z",
    "tuesday": "2026-12-01 08:00Z",
    "wednesday": "2026-12-02 08:00Z",
    "thursday": "2026-12-03 08:00Z",
    "friday": "2026-12-04 08:00Z",
    "saturday": "2026-12-05 08:00Z",
    "sunday": "2026-12-06 08:00Z",
    "end-of-a-month": "2027-04-30 12:00Z",
    "leap-day": "2028-02-29 08:00Z",
    "last-day-of-the-year": "2026-12-31 16:59Z",
    "tet": "2027-02-06 03:00Z",
    "the-local-day-turns": "2026-12-03 17:00Z",
    "after-the-school-year": "2027-06-01 00:30Z",
    "school-year-turns": "2027-07-31 17:00Z",
}
