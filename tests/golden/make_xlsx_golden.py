#!/usr/bin/env python3
# Writes scut_fbp.xlsx: ten labels as SCUT-FBP has them, by openpyxl (python3-openpyxl), which keeps
# texts in a list of their own. Run in this folder; the file is committed.
import openpyxl

book = openpyxl.Workbook()
sheet = book.active
sheet.title = "Sheet1"
sheet.append(["Image", "Attractiveness label", "Standard Deviation"])
for i in range(1, 11):
    sheet.append([i, 1 + i / 10, 0.25])
book.save("scut_fbp.xlsx")
