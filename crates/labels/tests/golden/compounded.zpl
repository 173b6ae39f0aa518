^XA^CI28^PW560^LL400^LH0,0
^FT16,43^A0N,28,28^FH_^FDÅsa Öhman-Ängström^FS
^FT429,43^A0N,23,20^FH_^FD22.11.2026^FS
^FT16,89^A0N,34,34^FH_^FDHydrokortisonkräm 1 %^FS
^FT16,119^A0N,23,20^FH_^FDkräm · 100 g^FS
^FO16,130^GB528,2,2^FS
^FT16,170^A0N,34,34^FH_^FDStryks tunt på huden 2 gånger^FS
^FT16,211^A0N,34,34^FH_^FDom dagen i högst 2 veckor.^FS
^FT16,243^A0N,25,22^FH_^FDAnvändning: Mot eksem^FS
^FO16,255^GB528,96,2^FS
^FT23,284^A0N,23,23^FH_^FDEndast för utvärtes bruk.^FS
^FT23,311^A0N,23,23^FH_^FDFörvaras utom räckhåll för barn.^FS
^FT23,339^A0N,23,23^FH_^FDÖppnad används senast 22.2.2027.^FS
^FT424,379^A0N,20,18^FH_^FDfortsätter 1/2^FS
^XZ
^XA^CI28^PW560^LL400^LH0,0
^FT16,43^A0N,28,28^FH_^FDÅsa Öhman-Ängström^FS
^FT429,43^A0N,23,20^FH_^FD22.11.2026^FS
^FT16,80^A0N,25,25^FH_^FDHydrokortisonkräm 1 %^FS
^FT16,114^A0N,23,20^FH_^FDSammansättning: Hydrocortison. 1 g,^FS
^FT16,141^A0N,23,20^FH_^FDPropylenglycol. 10 g, Crem. basal. ad 100 g^FS
^FT16,169^A0N,23,23^FH_^FDTillverkat 21.11.2026 · Används senast^FS
^FT16,196^A0N,23,23^FH_^FD21.5.2027^FS
^FT16,229^A0N,23,20^FH_^FDInget kvar på receptet.^FS
^FT16,253^A0N,20,18^FH_^FDFörskrivare: Lasse Lääkäri · Esimerkkilän apteekki^FS
^FT513,379^A0N,20,18^FH_^FD2/2^FS
^XZ
