"""The look: base pages, components, tables, template tags, translations."""
