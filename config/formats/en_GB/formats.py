"""Dates as figures that sort and stay narrow in a list; the clock has 24 hours, in UTC."""

DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y-m-d H:i"
