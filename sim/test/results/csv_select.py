#!/usr/bin/env python3
"""Prints the rows of a table that have all the given values, or only some columns of them.

usage: csv_select.py FILE COLUMN=VALUE... [: COLUMN...]
"""
import csv
import sys

arguments = sys.argv[2:]
split = arguments.index(":") if ":" in arguments else len(arguments)
wanted = dict(argument.split("=", 1) for argument in arguments[:split])
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file, strict=True):
        if all(row[column] == value for column, value in wanted.items()):
            print(",".join(row[column] for column in arguments[split + 1:] or row))
