^XA^CI28^PW560^LL400^LH0,0
^FT16,43^A0N,28,28^FH_^FDAino Mallikas^FS
^FT429,43^A0N,23,20^FH_^FD22.11.2026^FS
^FT16,89^A0N,34,34^FH_^FDBISOPROLOL ACCORD 5 mg^FS
^FT16,119^A0N,23,20^FH_^FDtabletti, kalvopäällysteinen · 30 · pakkaus 1/3 ·^FS
^FT16,146^A0N,23,20^FH_^FD90 tablettia^FS
^FT16,173^A0N,23,20^FH_^FDLääke on vaihdettu. Määrätty: EMCONCOR^FS
^FT16,201^A0N,23,20^FH_^FD5 mg. Toimitettu: BISOPROLOL ACCORD 5 mg.^FS
^FO16,212^GB528,2,2^FS
^FT16,252^A0N,34,34^FH_^FD1 tabletti aamulla.^FS
^FT16,284^A0N,25,22^FH_^FDKäyttötarkoitus: Verenpaineen hoitoon^FS
^FT16,318^A0N,23,20^FH_^FDReseptiä ei ole jäljellä.^FS
^FT16,343^A0N,20,18^FH_^FDMäärääjä: Lauri Lääkäri · Esimerkkilän apteekki ·^FS
^FT16,366^A0N,20,18^FH_^FD09 555 1234^FS
^XZ
