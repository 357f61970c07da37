"""Appointments: those there are, a new one, another time, and withdrawing one."""
