"""Alarmtelefonen chat: the anonymous, end-to-end encrypted chat of a children's helpline."""
