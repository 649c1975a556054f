from django.db import models


class Item(models.Model):
    number = models.PositiveIntegerField(db_index=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name
