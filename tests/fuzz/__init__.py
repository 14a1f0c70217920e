"""Fuzzing of every parser that takes bytes from outside: targets, structure-aware mutation, two engines."""
