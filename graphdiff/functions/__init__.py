"""Function forms: functions in, functions out."""
