"""The way into a CRM: fields made from the contracts of the sync marts, and a reference sync."""
