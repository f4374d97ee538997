"""Tests of the shell around the permission policy."""
