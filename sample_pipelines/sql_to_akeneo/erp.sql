-- The ERP of Halden & Sons, as its maker laid it out in 1998: short names, flags as 0 and 1, weights in grams,
-- texts in a table of their own. The shop, its products and its people do not exist.

CREATE TABLE item_group (
    grp     VARCHAR(8)  NOT NULL PRIMARY KEY,
    parent  VARCHAR(8)  REFERENCES item_group (grp),
    title   VARCHAR(60) NOT NULL
);

CREATE TABLE item (
    item_id  INTEGER     NOT NULL PRIMARY KEY,  -- never changes
    item_no  VARCHAR(20),                       -- what people call the item; may change
    grp      VARCHAR(8)  NOT NULL REFERENCES item_group (grp),
    color    VARCHAR(8),
    gtin     VARCHAR(14),
    weight_g INTEGER,
    stock    INTEGER     NOT NULL DEFAULT 0,    -- changes all day
    closed   INTEGER     NOT NULL DEFAULT 0,    -- 1: no longer sold
    updated  DATETIME    NOT NULL               -- set by a trigger of the ERP
);

CREATE TABLE item_text (
    item_id INTEGER NOT NULL REFERENCES item (item_id),
    lang    CHAR(2) NOT NULL,
    line    VARCHAR(80),
    PRIMARY KEY (item_id, lang)
);

INSERT INTO item_group VALUES ('cups', NULL, 'Cups'), ('mugs', 'cups', 'Mugs'), ('plates', NULL, 'Plates');

-- 60 items: every third is a plate, every fifth is no longer sold.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
INSERT INTO item (item_id, item_no, grp, color, gtin, weight_g, stock, closed, updated)
SELECT
    1000 + i,
    printf('%s-%03d', CASE i % 3 WHEN 0 THEN 'PL' WHEN 1 THEN 'MU' ELSE 'CU' END, i),
    CASE i % 3 WHEN 0 THEN 'plates' WHEN 1 THEN 'mugs' ELSE 'cups' END,
    CASE i % 2 WHEN 0 THEN 'red' ELSE 'blue' END,
    printf('%014d', 40063813000000 + i),
    250 + 5 * i,
    i * 7 % 40,
    i % 5 = 0,
    datetime('2026-03-02 08:00:00', printf('+%d hours', i))
FROM n;

INSERT INTO item_text SELECT item_id, 'en', printf('%s no. %d', upper(substr(grp, 1, 1)) || substr(grp, 2), item_id) FROM item;
INSERT INTO item_text SELECT item_id, 'fr', printf('Article %d', item_id) FROM item WHERE item_id % 4 <> 0;

-- Mistakes, of the kinds that ERPs deliver.
UPDATE item SET color = 'grn' WHERE item_id IN (1007, 1014);           -- a colour that the PIM does not have
UPDATE item SET item_no = 'MU,016' WHERE item_id = 1016;               -- no SKU may hold a comma
UPDATE item SET item_no = NULL WHERE item_id = 1020;                   -- not numbered yet: stays in the ERP
