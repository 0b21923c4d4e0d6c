-- One row an item, with its texts in two languages. Whatever the ERP's layout: the query is the place to mend it.
SELECT
    i.item_id,
    i.item_no,
    i.grp,
    i.color,
    i.gtin,
    i.weight_g,
    CASE i.closed WHEN 1 THEN 0 ELSE 1 END AS active,
    i.updated,
    en.line AS line_en,
    fr.line AS line_fr
FROM item i
LEFT JOIN item_text en ON en.item_id = i.item_id AND en.lang = 'en'
LEFT JOIN item_text fr ON fr.item_id = i.item_id AND fr.lang = 'fr'
