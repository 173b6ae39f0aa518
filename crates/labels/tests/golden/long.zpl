^XA^CI28^PW560^LL400^LH0,0
^FT16,38^A0N,23,23^FH_^FDTimo Testinen^FS
^FT452,38^A0N,18,16^FH_^FD22.11.2026^FS
^FT16,75^A0N,27,27^FH_^FDPREDNISOLON 5 mg^FS
^FT16,99^A0N,18,16^FH_^FDtabletti · 100 · 100 tablettia^FS
^FO16,109^GB528,2,2^FS
^FT16,143^A0N,27,27^FH_^FDAluksi 6 tablettia (30 mg) aamulla^FS
^FT16,175^A0N,27,27^FH_^FD5 päivän ajan, sitten 5 tablettia^FS
^FT16,208^A0N,27,27^FH_^FD(25 mg) aamulla 5 päivän ajan, sitten^FS
^FT16,241^A0N,27,27^FH_^FD4 tablettia (20 mg) aamulla 5 päivän^FS
^FT16,274^A0N,27,27^FH_^FDajan, sitten 3 tablettia (15 mg) aamulla^FS
^FT16,306^A0N,27,27^FH_^FD5 päivän ajan, sitten 2 tablettia (10 mg)^FS
^FT16,339^A0N,27,27^FH_^FDaamulla 5 päivän ajan ja lopuksi^FS
^FT454,379^A0N,20,18^FH_^FDjatkuu 1/2^FS
^XZ
^XA^CI28^PW560^LL400^LH0,0
^FT16,38^A0N,23,23^FH_^FDTimo Testinen^FS
^FT452,38^A0N,18,16^FH_^FD22.11.2026^FS
^FT16,69^A0N,20,20^FH_^FDPREDNISOLON 5 mg^FS
^FO16,79^GB528,2,2^FS
^FT16,113^A0N,27,27^FH_^FD1 tabletti (5 mg) aamulla 5 päivän ajan.^FS
^FT16,145^A0N,27,27^FH_^FDOtetaan ruokailun yhteydessä. Hoitoa^FS
^FT16,178^A0N,27,27^FH_^FDei saa lopettaa äkillisesti.^FS
^FT16,211^A0N,27,27^FH_^FDKeuhkosairauden pahenemisvaiheen^FS
^FT16,244^A0N,27,27^FH_^FDhoitoon.^FS
^FO16,256^GB528,36,2^FS
^FT23,280^A0N,18,18^FH_^FDEi alkoholia hoidon aikana.^FS
^FT16,315^A0N,18,16^FH_^FDReseptiä ei ole jäljellä.^FS
^FT16,335^A0N,16,14^FH_^FDMäärääjä: Lasse Lääkäri · Esimerkkilän apteekki · 09 555 1234^FS
^FT513,379^A0N,20,18^FH_^FD2/2^FS
^XZ
