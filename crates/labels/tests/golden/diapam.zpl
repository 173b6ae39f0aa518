^XA^CI28^PW560^LL400^LH0,0
^FT16,43^A0N,28,28^FH_^FDPekka Pietari Potilas^FS
^FT429,43^A0N,23,20^FH_^FD22.11.2026^FS
^FT16,89^A0N,34,34^FH_^FDDIAPAM 10 mg^FS
^FT16,119^A0N,23,20^FH_^FDtabletti · 100 fol · 21 fol^FS
^FO16,130^GB528,2,2^FS
^FT16,170^A0N,34,34^FH_^FD1 tabletti aamulla, päivällä ja^FS
^FT16,211^A0N,34,34^FH_^FDillalla ahdistukseen.^FS
^FO16,224^GB528,69,2^FS
^FT23,253^A0N,23,23^FH_^FDVoi heikentää kykyä ajaa tai käyttää koneita.^FS
^FT23,281^A0N,23,23^FH_^FDEi alkoholia hoidon aikana.^FS
^FT454,379^A0N,20,18^FH_^FDjatkuu 1/2^FS
^XZ
^XA^CI28^PW560^LL400^LH0,0
^FT16,43^A0N,28,28^FH_^FDPekka Pietari Potilas^FS
^FT429,43^A0N,23,20^FH_^FD22.11.2026^FS
^FT16,80^A0N,25,25^FH_^FDDIAPAM 10 mg^FS
^FT16,114^A0N,23,20^FH_^FDTabletin voi puolittaa.^FS
^FT16,141^A0N,23,20^FH_^FDSäilytä alle 25 °C.^FS
^FT16,169^A0N,23,20^FH_^FDErä A1B2C3 · Käytettävä viimeistään 31.5.2028^FS
^FT16,193^A0N,20,18^FH_^FDMyyntiluvan haltija: Orion Oyj^FS
^FT16,225^A0N,23,20^FH_^FDJäljellä 2 × 21 fol, voimassa 24.4.2027 asti.^FS
^FT16,250^A0N,20,18^FH_^FDMäärääjä: Lasse Lääkäri · Esimerkkilän apteekki ·^FS
^FT16,274^A0N,20,18^FH_^FD09 555 1234^FS
^FT16,298^A0N,20,18^FH_^FD1.2.246.10.99999903.93.2026.1001^FS
^FT513,379^A0N,20,18^FH_^FD2/2^FS
^XZ
