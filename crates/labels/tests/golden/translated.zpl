^XA^CI28^PW560^LL400^LH0,0
^FT16,42^A0N,27,27^FH_^FDMaija Esimerkki^FS
^FT345,42^A0N,21,18^FH_^FD22 November 2026^FS
^FT16,85^A0N,32,32^FH_^FDMETFORMIN TEVA 500 mg^FS
^FT16,114^A0N,21,18^FH_^FDtabletti, kalvopäällysteinen · 400 fol^FS
^FO16,125^GB528,2,2^FS
^FT16,163^A0N,32,32^FH_^FD1 tablet in the morning and in^FS
^FT16,202^A0N,32,32^FH_^FDthe evening daily.^FS
^FT16,230^A0N,21,18^FH_^FDA translation. Prescribed: 1 tabletti aamulla ja illalla^FS
^FT16,256^A0N,21,18^FH_^FDruokailun yhteydessä. Diabeteksen hoitoon.^FS
^FT16,288^A0N,21,18^FH_^FDLeft: 800 fol, valid until 2 September 2028.^FS
^FT16,311^A0N,19,17^FH_^FDPrescriber: Lauri Lääkäri · Esimerkkilän apteekki ·^FS
^FT16,334^A0N,19,17^FH_^FD09 555 1234^FS
^FT16,357^A0N,19,17^FH_^FDPrinted again^FS
^XZ
