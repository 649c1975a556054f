from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from exchange.reader import MAX_FILE


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Excel or CSV file"),
        help_text=_(".xlsx, .xls or .csv, at most 50 MB and 200,000 rows"),
        widget=forms.ClearableFileInput(
            attrs={"class": "form-control", "accept": ".xlsx,.xls,.csv,.txt"}
        ),
        error_messages={
            "required": _("Choose the file first."),
            "empty": _("The file is empty. Check that you chose the right one."),
        },
    )

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_FILE:
            raise forms.ValidationError(
                _("The file is larger than 50 MB. Split it and import the parts.")
            )
        if PurePath(file.name or "").suffix.lower() not in (".xlsx", ".xls", ".csv", ".txt"):
            raise forms.ValidationError(
                _("Choose a file that ends in .xlsx, .xls or .csv; save yours as one in Excel.")
            )
        return file
