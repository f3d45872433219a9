"""Days and months in words. Pure."""

from datetime import date, datetime

from dashboard.sentences import say


def day_title(day: date, today: date) -> str:
    """`Today`, `Yesterday`, `Tuesday`, `Tuesday 3 November`, and the year where it is another."""
    ago = (today - day).days
    if ago in (0, 1):
        return say("dates.yesterday") if ago else say("dates.today")
    if 1 < ago < 7:  # noqa: PLR2004 - a week has seven days
        return say.of("weekdays", day.isoweekday())
    return day_in_full(day) if day.year == today.year else say("dates.day_of_year", **_parts(day))


def day_in_full(day: date) -> str:
    """`Tuesday 3 November`."""
    return say("dates.day", **_parts(day))


def month_title(day: date) -> str:
    """`November 2026`: the month of this day."""
    return say("dates.month", month=say.of("months", day.month), year=day.year)


def other_day(at: datetime) -> str:
    """`Tue 3 Nov, 14:03`."""
    return say(
        "dates.other_day",
        weekday=say.of("short_weekdays", at.isoweekday()),
        day=at.day,
        month=say.of("short_months", at.month),
        time=f"{at:%H:%M}",
    )


def ago(nights: int) -> str:
    """`12 days ago`, by the nights between."""
    if nights < 2:  # noqa: PLR2004 - these have words of their own
        return say("dates.yesterday") if nights else say("dates.earlier_today")
    return say("dates.days_ago", nights=nights)


def _parts(day: date) -> dict[str, object]:
    return {
        "weekday": say.of("weekdays", day.isoweekday()),
        "day": day.day,
        "month": say.of("months", day.month),
        "year": day.year,
    }
