"""Messages to people: kinds, inbox, preferences, deliveries, channels, reminders."""
