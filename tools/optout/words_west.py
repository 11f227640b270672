"""Words of Western and Northern Europe and the Americas; see :mod:`tools.optout.reading` for what each line means."""

WORDS = {
    "any": """
        stop: stop; stop all; stopall
        start: start; unstop
    """,
    "en": """
        stop: unsubscribe; unsubscribe me; unsubscribe all; unsub; opt out; optout; opt me out; quit; revoke
        stop: stop texting me; stop messaging me; stop texting; stop messaging; stop contacting me; stop writing to me
        stop: stop sending me messages; remove me; remove me from your list; remove me from the list
        stop: take me off your list; do not contact me; don't contact me; don't message me; do not message me
        stop: don't text me; leave me alone; no more messages; no more texts; delete my number; remove my number
        start: subscribe; resubscribe; opt in; optin; subscribe me; sign me up again
        marketing: no advertising; no more offers; not interested in offers; unsubscribe from offers
        halt: stop; stop all; stop sending; stop receiving; stop getting; unsubscribe from; opt out of; don't send
        halt: do not send; no more
        close: end; cancel; block; pause; turn off; mute; disable; deactivate
        without: no; without; don't want; i don't want
        resume: resume; restart; start; start again; turn on; subscribe to; opt in to; unblock
        ads: ad; promotions; promotion; promos; promo; promotional messages; promotional offers; marketing; marketing messages
        ads: ads; adverts; advertising; advertisements; offers; offers and announcements; special offers; deals; campaigns
        ads: newsletter; newsletters; promotions and offers; offers and promotions
        messages: messages; message; texts; text messages; notifications; updates; subscription; subscriptions; alerts
        messages: whatsapp messages; whatsapps; mailing list; spam; all messages; mailings
        asks: unsubscribe; opt out; stop sending; stop messaging; stop texting; stop contacting; stop writing
        asks: stop spamming; stop bothering; do not contact; don't contact; dont contact; do not message; don't message
        asks: dont message; don't text; dont text; do not text; don't write; do not write; never contact; never message
        asks: withdraw my consent; withdraw consent; revoke my consent; revoke consent; erase my data; delete my data
        asks: delete all my data; remove my data; erase me; said stop; told you to stop; asked you to stop; tell you to stop
        asks: this is spam; it's spam; are spamming; reported and blocked; blocked and reported; report you; block you
        asks: blocking you; don't call me; do not call me; dont call me; take my number; take me off; cease and desist
        asks: cancel my subscription; cancel the subscription; cancel subscription; never signed up; did not sign up
        asks: didn't sign up; never subscribed; did not subscribe; didn't subscribe; never agreed; go away; fuck off
        asks: piss off; wanna get this anymore; want this anymore; gave you my number; where did you get my number
        asks: never text; remove me; remove my number; delete my number; take me off; leave me alone; lose my number
        refuses: no thanks; no thank you; not interested; i don't want; i dont want; i do not want; we don't want
        refuses: don't send; do not send; dont send; never send; no longer want; not want to receive; do not agree
        refuses: don't agree; dont agree; don't consent; do not consent; no consent; i refuse; i object; never again
        refuses: not anymore; stop it; stop this
        no: no; nope; nah; never; no way
        polite: please; pls; plz; thanks; thank you; thx; kindly; now; immediately; asap; hi; hello; ok; okay
        fill: the; all; my; your; these; this; any; from; me; us; to
    """,
    "es": """
        stop: salir; salirme; baja; dar de baja; darme de baja; dame de baja; deme de baja; denme de baja
        stop: quiero darme de baja; baja por favor; solicito la baja; parar; desuscribir; desuscribirme; desuscribirse
        stop: cancelar suscripción; cancelar la suscripción; anular suscripción; detener mensajes; detener
        stop: no más mensajes; no enviar más mensajes; no quiero más mensajes; no quiero recibir más mensajes
        stop: no me escriban más; no me envíen más mensajes; no me manden más mensajes; no me escriban; no me contacten
        stop: dejen de escribirme; deja de escribirme; basta de mensajes; bórrame de la lista; quítenme de la lista
        stop: eliminarme
        start: alta; suscribir; suscribirme; suscribirse; darme de alta; quiero recibir mensajes; reanudar
        marketing: no más promociones; sin publicidad; no deseo publicidad; no quiero publicidad; no quiero promociones
        halt: detener; detén; detenga; parar; suspender; pausar; dejar de recibir; dejar; interrumpir
        halt: bloquear; desactivar; anular; no recibir más; no recibir; no enviar; basta de; no más; no quiero más
        halt: no quiero recibir; no deseo recibir; cancelar suscripción a
        close: cancelar; finalizar
        without: sin; no quiero; no deseo; no
        resume: reanudar; reactivar; continuar; retomar; activar; volver a recibir; recibir de nuevo; suscribirme a
        ads: promociones; promoción; publicidad; publicidades; ofertas; ofertas y anuncios; anuncios
        ads: mensajes promocionales; mensajes de marketing; mensajes publicitarios; marketing; campañas; boletín
        ads: boletines; newsletter; propaganda; promociones y ofertas; ofertas y promociones; notificaciones promocionales
        messages: mensajes; mensaje; notificaciones; avisos; actualizaciones; suscripción; suscripciones; whatsapps; spam
        messages: textos; lista; lista de difusión; comunicaciones; correos; alertas
        asks: dar de baja; darme de baja; darse de baja; dame de baja; deme de baja; denme de baja; darnos de baja
        asks: la baja; desuscribir; desuscribirme; dejen de escribirme; deja de escribirme; dejen de escribir
        asks: deje de escribirme; dejen de enviarme; dejen de mandarme; deja de mandarme; dejen de molestar
        asks: doy de baja; de tu lista; de su lista; quiten mi número; quita mi número; quítame de; borra mis datos
        asks: borren mis datos; borrar mis datos; eliminen mis datos; eliminar mis datos; retiro mi consentimiento
        asks: revoco mi consentimiento; no molestar; no me manden nada; no me envíen nada; no me escriban nada; no me hable más
        asks: no me hablen más; dejo de recibir; quiero salirme; es spam; nunca autoricé; nunca me suscribí
        asks: quién les dio mi número; quién te dio mi número; cancelen mi suscripción; cancelar mi suscripción
        asks: cancelar la suscripción; cancela mi suscripción
        asks: dejen de contactarme; no me escriban; no me escribas; no me escriba; no me contacten; no me contacte
        asks: no me contactes; no me molesten; no me moleste; no molesten; no me llamen; bórrenme; bórrame; quítenme de
        asks: sáquenme de; sáqueme de; elimínenme; eliminen mi número; borren mi número; borrar mi número; déjenme en paz
        refuses: no gracias; no me interesa; no estoy interesado; no estoy interesada; no nos interesa; no quiero
        refuses: no deseo; no queremos; ya no quiero; no acepto; no autorizo; no estoy de acuerdo; no consiento
        refuses: no me manden; no me mandes; no me mande; no me envíen; no me envíes; no me envíe; no manden; no envíen
        refuses: no mandes; no vuelvan a; nunca más; dejen de; deja de; deje de; ya basta; basta ya; me opongo
        no: no; nop; nel; para nada; nunca; jamás; no no
        polite: por favor; porfavor; porfa; pf; gracias; muchas gracias; hola; buenos días; buenas tardes; buenas; ya; ok
        fill: los; las; el; la; de; mis; sus; tus; estos; estas; todos; todas; más; a; me; esta
    """,
    "pt": """
        stop: sair; sair da lista; descadastrar; descadastrar me; quero sair; cancelar inscrição; cancelar assinatura
        stop: cancelar subscrição; parar mensagens; parar; não quero mais mensagens; não quero receber mais mensagens
        stop: não quero mais receber mensagens; não me mande mais mensagens; não enviar mais; remover; remover da lista
        stop: me tire da lista; me remova da lista; pare de mandar mensagem; pare de me mandar mensagens
        stop: não me escrevam mais
        start: quero voltar; quero receber; cadastrar; inscrever; quero receber mensagens; voltar a receber; retomar
        marketing: sem promoções; parar promoções; não quero promoções; não quero publicidade; sem publicidade
        close: cancelar
        halt: parar; interromper; deter; suspender; pausar; parar de receber; parar de enviar
        halt: deixar de receber; encerrar
        halt: desativar; bloquear; descadastrar de; não receber mais; não receber; não enviar; chega de; não quero mais
        halt: não quero receber; chega
        without: sem; não quero; não
        resume: retomar; reativar; continuar; ativar; voltar a receber; recomeçar; receber novamente
        ads: promoções; promoção; publicidade; ofertas; ofertas e anúncios; anúncios; propagandas; propaganda; marketing
        ads: mensagens promocionais; mensagens de marketing; mensagens publicitárias; campanhas; newsletter
        ads: promoções e ofertas; ofertas e promoções; avisos promocionais
        messages: mensagens; mensagem; notificações; avisos; atualizações; assinatura; inscrição; subscrição; spam; lista
        messages: whatsapps; comunicações; e-mails; alertas; cadastro
        asks: sair da lista; descadastrar; descadastre; me descadastre; me descadastrem; cancelar inscrição; me tire da
        asks: me tirem da; me remova; me removam; remover meu número; apague meu número; apaguem meu número
        asks: excluir meu número; pare de me mandar; parem de me mandar; parem de mandar; pare de mandar; parem de enviar
        asks: parem de me enviar; pare de enviar; não me escreva; não me escrevam; não me contate; não me contatem
        asks: não entre em contato; não entrem em contato; não me incomodem; não me perturbe; me deixe em paz
        asks: me deixem em paz; para de me mandar; parar de me mandar; retire meu número; retirem meu número; me tira d
        asks: me tira da; me tira dessa; me tirem dessa; apague meus dados; apaguem meus dados; excluir meus dados
        asks: não me mande mais; não me mandem mais; não mande mais; retiro meu consentimento; revogo meu consentimento
        asks: é spam; nunca autorizei; quem deu meu número; cancelar minha assinatura; cancelar minha inscrição
        asks: cancele minha assinatura; cancele minha inscrição; cancelem minha inscrição
        refuses: não obrigado; não obrigada; não tenho interesse; não me interessa; não quero; não desejo; não queremos
        refuses: não aceito; não autorizo; não concordo; não me mande; não me mandem; não mande; não mandem; não me envie
        refuses: não me enviem; não envie; não enviem; nunca mais; pare de; parem de; chega de; já chega; sem interesse
        no: não; nao; nunca; jamais; de jeito nenhum
        polite: por favor; pfv; obrigado; obrigada; muito obrigado; muito obrigada; olá; oi; bom dia; boa tarde; já; agora
        fill: as; os; a; o; de; das; dos; minhas; suas; essas; estas; todas; todos; mais; me
    """,
    "fr": """
        stop: arrêt; arrêter; arrêtez; désabonner; me désabonner; désabonnement; se désabonner; désinscription
        stop: désinscrire; me désinscrire; désabonnez moi; désinscrivez moi; se désinscrire; plus de messages; stop sms
        stop: stop message; stop messages; ne plus recevoir de messages; je ne veux plus de messages; ne m'écrivez plus
        stop: ne me contactez plus; supprimez mon numéro; retirez moi de la liste
        start: m'abonner; s'abonner; reprendre; je m'abonne; réabonner; me réabonner; s'inscrire; m'inscrire
        marketing: plus de promotions; stop pub; stop pubs; pas de pub; plus de pub; pas de publicité; plus de publicité
        halt: arrêter; arrêt; arrêtez; stopper; interrompre; suspendre; cesser; mettre fin à; mettre en pause
        halt: bloquer; désactiver; ne plus recevoir; ne pas recevoir; plus de; me désabonner; se désabonner; refuser
        halt: je ne veux plus
        close: annuler; terminer
        without: pas de; sans; je ne veux pas
        resume: reprendre; réactiver; relancer; recommencer; redémarrer; continuer; activer; recevoir à nouveau; réabonner
        ads: promotions; promotion; promos; publicité; publicités; pub; pubs; offres; offres et annonces; annonces
        ads: marketing; messages promotionnels; messages marketing; messages publicitaires; offres promotionnelles
        ads: newsletter; campagnes; offres et promotions; promotions et offres
        messages: messages; message; notifications; abonnement; alertes; actualités; sms; spam; spams; liste; whatsapps
        messages: envois; mises à jour; communications; abonnements
        asks: me désabonner; désabonner; désabonnez; désinscrire; désinscrivez; désinscription; ne m'écrivez plus
        asks: ne me contactez plus; ne m'appelez plus; arrêtez de m'écrire; arrêtez de m'envoyer; arrêtez de me contacter
        asks: arrêtez d'envoyer; cessez de m'envoyer; cessez de m'écrire; retirez moi; supprimez moi; supprimez mon numéro
        asks: effacez mon numéro; enlevez moi; laissez moi tranquille; fichez moi la paix; plus être contacté
        asks: plus être contactée; supprimez mes données; supprimer mes données; effacez mes données; effacer mes données
        asks: je retire mon consentement; je révoque mon consentement; c'est du spam; du harcèlement; n'envoyez plus rien
        asks: ne m'envoyez plus rien; n'écrivez plus; qui vous a donné mon numéro; annuler mon abonnement
        asks: annulez mon abonnement; jamais inscrit; jamais donné mon accord
        refuses: non merci; pas intéressé; pas intéressée; ça ne m'intéresse pas; je ne veux pas; je ne veux plus
        refuses: je ne souhaite pas; je ne souhaite plus; nous ne voulons pas; ne m'envoyez plus; ne m'envoyez pas
        refuses: n'envoyez plus; je refuse; je n'accepte pas; je ne suis pas d'accord; je m'oppose; plus jamais
        refuses: arrêtez de; cessez de
        no: non; jamais; pas du tout; nan
        polite: s'il vous plaît; s'il te plaît; svp; stp; merci; merci beaucoup; bonjour; bonsoir; maintenant; ok
        fill: les; la; le; l; de; des; d; du; mes; vos; ces; toutes; tous; à; aux; nos
    """,
    "de": """
        stop: stopp; abmelden; abmeldung; abbestellen; austragen; keine nachrichten mehr; bitte abmelden
        stop: melden sie mich ab; meldet mich ab; ich möchte mich abmelden; löschen sie meine nummer; nicht mehr schreiben
        stop: schreiben sie mir nicht mehr; schreibt mir nicht mehr; nachrichten abbestellen; nachrichten stoppen
        start: anmelden; wieder anmelden; abonnieren; anmeldung; nachrichten fortsetzen
        marketing: keine werbung; keine werbung mehr; keine angebote mehr; keine aktionen mehr; werbung abbestellen
        halt: stoppen; stoppe; stopp; beenden; abbestellen; abmelden; einstellen; unterbrechen; pausieren; anhalten
        halt: deaktivieren; blockieren; abschalten; nicht mehr erhalten; nicht mehr senden; keine weiteren
        close: kündigen
        without: keine; ohne; keine mehr; ich will keine; ich möchte keine
        resume: fortsetzen; wieder aufnehmen; wieder erhalten; wieder starten; reaktivieren; aktivieren; wieder aktivieren
        ads: werbung; werbeaktionen; werbeangebote; werbenachrichten; aktionen; angebote; promotions; promotionen
        ads: rabattaktionen; angebote und ankündigungen; werbebotschaften; marketing; marketingnachrichten; newsletter
        ads: kampagnen; anzeigen; werbeinhalte; sonderangebote; angebote und aktionen
        messages: nachrichten; nachricht; benachrichtigungen; mitteilungen; abo; abonnement; verteiler; liste; spam
        messages: updates; whatsapps; meldungen; sms
        asks: abmelden; melden sie mich ab; meldet mich ab; abbestellen; aus dem verteiler; von der liste; aus der liste
        asks: schreiben sie mir nicht mehr; schreibt mir nicht mehr; schreiben sie mir bitte nicht
        asks: kontaktieren sie mich nicht; nicht mehr kontaktieren; nicht mehr kontaktiert; nicht mehr anschreiben
        asks: hören sie auf mir; hört auf mir; löschen sie meine nummer; löscht meine nummer; meine nummer löschen
        asks: lassen sie mich in ruhe; lasst mich in ruhe; lass mich in ruhe; nicht mehr belästigen; meine daten löschen
        asks: löschen sie meine daten; löschen sie bitte meine daten; löscht meine daten; meine daten zu löschen
        asks: widerrufe meine einwilligung; widerruf meiner einwilligung; einwilligung widerrufen; nie zugestimmt
        asks: lassen sie das; hör auf; das ist spam; nie angemeldet; woher haben sie meine nummer; abo kündigen
        refuses: nein danke; kein interesse; nicht interessiert; ich will keine; ich möchte keine; ich will nicht
        refuses: ich möchte nicht; wir möchten keine; schicken sie mir keine; schickt mir keine; senden sie mir keine
        refuses: keine weiteren; nie wieder; ich widerspreche; widerspruch; nicht einverstanden; ich stimme nicht zu
        refuses: hören sie auf; hört auf; keine mehr; ich will nicht mehr; schicken sie keine; schickt keine
        no: nein; nö; nee; niemals; auf keinen fall
        polite: bitte; danke; vielen dank; hallo; guten tag; sofort; jetzt; ok; dankeschön
        fill: die; den; der; das; alle; meine; ihre; diese; von; mehr; eure; weitere
    """,
    "it": """
        stop: smetti; smettete; smettetela; disiscrivimi; disiscrivi; disiscriviti; disiscrizione; cancellami
        stop: cancellatemi; annulla iscrizione; annullare iscrizione; annulla l'iscrizione; cancella iscrizione
        stop: basta messaggi; interrompi; interrompere; non scrivetemi più; non contattatemi più; non voglio più messaggi
        stop: rimuovimi; rimuovetemi; toglietemi dalla lista; niente più messaggi
        start: iscrivimi; riprendi; iscrivermi; iscriviti; riattiva; voglio ricevere messaggi
        marketing: basta promozioni; niente pubblicità; no pubblicità; basta pubblicità; niente promozioni
        halt: interrompi; interrompere; ferma; fermare; blocca; bloccare; sospendi; sospendere
        halt: disattiva; smetti di ricevere; non ricevere più; non ricevere; basta; stoppa; stop alle; cessa
        halt: non voglio più; disattivare
        close: annulla; termina
        without: niente; no; senza; non voglio
        resume: riprendi; riattiva; continua; riprendere; riattivare; ricomincia; attiva; ricevi di nuovo
        ads: promozioni; promozione; pubblicità; offerte; offerte e annunci; annunci; messaggi promozionali
        ads: messaggi di marketing; marketing; messaggi pubblicitari; campagne; newsletter; promo; offerte e promozioni
        ads: offerte promozionali
        messages: messaggi; messaggio; notifiche; avvisi; aggiornamenti; iscrizione; abbonamento; lista; spam
        messages: comunicazioni; whatsapp messaggi; sms
        asks: disiscrivimi; disiscrivermi; disiscrivere; cancellatemi; cancellami; cancellarmi; non scrivetemi
        asks: non mi scrivete; non contattatemi; non mi contattate; non mi contatti; smettete di scrivermi
        asks: smettetela di scrivermi; smetti di scrivermi; smettete di mandarmi; smettetela di mandarmi
        asks: smettete di inviarmi; rimuovetemi; rimuovimi; toglietemi dalla; cancellate il mio numero
        asks: cancella il mio numero; lasciatemi in pace; non disturbatemi; cancellate i miei dati; cancellare i miei dati
        asks: cancella i miei dati; eliminate i miei dati; revoco il consenso; ritiro il consenso; mai dato il consenso
        asks: mai autorizzato; è spam; chi vi ha dato il mio numero; annulla la mia iscrizione
        refuses: no grazie; non mi interessa; non sono interessato; non sono interessata; non voglio; non desidero
        refuses: non vogliamo; non mandatemi; non mi mandate; non inviatemi; non mi inviate; non accetto; non acconsento
        refuses: non sono d'accordo; mai più; smettete di; smettetela; smetti di; mi oppongo; non voglio più
        no: no; mai; assolutamente no
        polite: per favore; per piacere; perfavore; grazie; grazie mille; ciao; salve; buongiorno; subito; adesso; ok
        fill: le; la; i; gli; il; l; di; dei; delle; mie; vostre; queste; tutte; tutti; più; alle; a
    """,
    "nl": """
        stop: afmelden; uitschrijven; stop berichten; stoppen; afmelding; schrijf me uit; meld me af; geen berichten meer
        stop: stuur geen berichten meer; verwijder mijn nummer; niet meer berichten
        start: aanmelden; inschrijven; hervatten; weer aanmelden; abonneren
        marketing: geen reclame; geen aanbiedingen; geen reclame meer; geen aanbiedingen meer
        halt: stop; stoppen; stop met; beëindigen; afmelden voor; uitschrijven voor; onderbreken; pauzeren
        halt: blokkeren; uitschakelen; niet meer ontvangen; opzeggen; geen meer
        close: annuleren
        without: geen; zonder; ik wil geen
        resume: hervatten; hervat; weer ontvangen; opnieuw ontvangen; doorgaan met; activeren; heractiveren; start
        ads: promoties; promotie; reclame; reclames; aanbiedingen; aanbiedingen en aankondigingen; acties; advertenties
        ads: marketing; marketingberichten; promotieberichten; reclameberichten; nieuwsbrief; campagnes
        ads: promotionele berichten
        messages: berichten; bericht; meldingen; abonnement; updates; lijst; spam; appjes; sms
        asks: afmelden; uitschrijven; schrijf me uit; schrijf mij uit; meld me af; meld mij af; niet meer contacteren
        asks: neem geen contact; geen contact meer; stop met appen; stop met sturen; stop met berichten; app me niet meer
        asks: verwijder mijn nummer; van de lijst; uit de lijst; laat me met rust; laat mij met rust; schrijf me niet meer
        asks: verwijder mijn gegevens; wis mijn gegevens; ik trek mijn toestemming in; nooit toestemming gegeven; wil dit niet
        asks: stop hiermee; dit is spam; hoe komt u aan mijn nummer
        refuses: nee bedankt; nee dank u; nee dank je; geen interesse; niet geïnteresseerd; ik wil geen; ik wil niet
        refuses: stuur me geen; stuur mij geen; stuur geen; nooit meer; niet akkoord; ik weiger; hou op; houd op
        refuses: niet meer
        no: nee; neen; nooit; absoluut niet
        polite: alstublieft; alsjeblieft; aub; ajb; bedankt; dank u; dank je; hallo; graag; nu; ok
        fill: de; het; alle; mijn; uw; deze; van; meer; jullie; met
    """,
    "sv": """
        stop: sluta; stopp; avregistrera; avregistrera mig; avbryt prenumeration; inga fler meddelanden; avprenumerera
        stop: ta bort mig; ta bort mitt nummer; avanmäl; avanmäl mig; sluta skicka meddelanden; kontakta mig inte mer
        start: prenumerera; starta; återuppta; anmäl mig
        marketing: ingen reklam; inga erbjudanden; ingen mer reklam; inga fler erbjudanden
        close: avbryt
        halt: stoppa; sluta med; avsluta; pausa; stäng av; blockera; avregistrera från; sluta få; inte få fler
        halt: inga fler; sluta skicka; avprenumerera på
        without: ingen; inga; utan; vill inte ha
        resume: återuppta; starta; starta om; fortsätt; fortsätt med; aktivera; få igen
        ads: kampanjer; kampanj; reklam; erbjudanden; erbjudanden och meddelanden; annonser; marknadsföring; nyhetsbrev
        ads: reklammeddelanden; kampanjerbjudanden; marknadsföringsmeddelanden; kampanjmeddelanden; promotions
        messages: meddelanden; meddelande; aviseringar; prenumeration; prenumerationen; uppdateringar; utskick; spam; sms
        asks: avregistrera mig; avanmäl mig; avsluta prenumerationen; ta bort mig; ta bort mitt nummer; radera mitt nummer
        asks: sluta skicka; sluta kontakta; sluta skriva; kontakta mig inte; skriv inte till mig; lämna mig ifred
        asks: radera mina uppgifter; ta bort mina uppgifter; återkallar mitt samtycke; det är spam; vill inte ha fler
        refuses: nej tack; inte intresserad; ej intresserad; jag vill inte; vi vill inte; skicka inte; aldrig mer
        refuses: godkänner inte; samtycker inte; inte längre
        no: nej; aldrig
        polite: snälla; tack; tack så mycket; hej; vänligen; nu; ok
        fill: alla; mina; era; dessa; de; från; mer; mig
    """,
    "da": """
        stop: afmeld; afmeld mig; afmelding; frameld; frameld mig; ingen flere beskeder; stop beskeder; slet mit nummer
        stop: opsig abonnement; fjern mig; fjern mig fra listen; skriv ikke til mig mere; kontakt mig ikke mere
        start: tilmeld; tilmeld mig; genoptag; abonner
        marketing: ingen reklamer; ingen reklame; ingen tilbud; ikke flere tilbud; ikke flere reklamer
        close: annuller
        halt: stop; stop med; afmeld; afslut; sæt på pause; bloker; slå fra; modtag ikke flere; ikke flere
        halt: stop med at sende; ingen flere
        without: ingen; uden; jeg vil ikke have
        resume: genoptag; start; fortsæt; aktivér; aktiver; modtag igen; genstart
        ads: kampagner; kampagne; reklamer; reklame; tilbud; tilbud og meddelelser; annoncer; markedsføring; nyhedsbrev
        ads: reklamebeskeder; salgsfremmende beskeder; markedsføringsbeskeder; promoveringer; kampagnetilbud
        ads: kampagnebeskeder
        messages: beskeder; besked; meddelelser; notifikationer; abonnement; abonnementet; opdateringer; spam; sms
        asks: afmeld mig; afmelde mig; frameld mig; framelde mig; fjern mig; slet mit nummer; stop med at skrive
        asks: stop med at sende; stop med at kontakte; skriv ikke til mig; kontakt mig ikke; lad mig være
        asks: lad mig være i fred; slet mine data; slet mine oplysninger; trækker mit samtykke; det er spam; vil ikke have flere
        refuses: nej tak; ikke interesseret; jeg vil ikke; vi vil ikke; send ikke; aldrig igen; ikke længere
        refuses: samtykker ikke
        no: nej; næ; aldrig
        polite: venligst; tak; mange tak; hej; nu; ok
        fill: alle; mine; jeres; disse; de; fra; flere; mig
    """,
    "nb": """
        stop: stopp; meld av; avmelding; meld meg av; ingen flere meldinger; slett nummeret mitt; si opp abonnement
        stop: stopp meldinger; fjern meg; fjern meg fra listen; ikke kontakt meg mer; avslutt abonnement
        start: meld på; meld meg på; gjenoppta; abonner
        marketing: ikke reklame; ingen reklame; ikke mer reklame; ingen tilbud; ingen flere tilbud
        close: avbryt
        halt: stopp; stopp med; avslutt; sett på pause; blokker; slå av; meld av; ikke motta flere; ingen flere
        halt: slutt å sende; stans
        without: ingen; ikke; uten; vil ikke ha
        resume: gjenoppta; start; fortsett; aktiver; motta igjen; start igjen
        ads: kampanjer; kampanje; reklame; tilbud; tilbud og kunngjøringer; annonser; markedsføring; nyhetsbrev; reklamer
        ads: reklamemeldinger; markedsføringsmeldinger; kampanjemeldinger; promoteringer; kampanjetilbud
        messages: meldinger; melding; varsler; abonnement; abonnementet; oppdateringer; utsendelser; spam; sms
        asks: meld meg av; melde meg av; fjern meg; slett nummeret mitt; slutt å sende; slutt å skrive; slutt å kontakte
        asks: ikke kontakt meg; ikke skriv til meg; la meg være; la meg være i fred; si opp abonnementet
        asks: slett dataene mine; slett opplysningene mine; trekker samtykket; det er spam; vil ikke ha flere
        refuses: nei takk; ikke interessert; jeg vil ikke; vi vil ikke; ikke send; aldri mer; ikke lenger; samtykker ikke
        no: nei; aldri
        polite: vennligst; takk; tusen takk; hei; nå; ok; vær så snill
        fill: alle; mine; deres; disse; de; fra; flere; meg
    """,
    "fi": """
        stop: lopeta; lopettakaa; peruuta tilaus; peru tilaus; poista minut; ei enää viestejä; lopeta viestit
        stop: poista numeroni; älkää lähettäkö enää
        start: tilaa; jatka; aloita; liity
        marketing: ei mainoksia; ei enää mainoksia; ei tarjouksia; en halua mainoksia
        close: peruuta; peru
        halt: lopeta; pysäytä; keskeytä; estä; ei enää; älä lähetä; poista käytöstä; lopettakaa; en halua
        halt: en halua enää
        without: ei; ilman; en halua
        resume: jatka; aloita; aloita uudelleen; käynnistä; ota käyttöön; vastaanota uudelleen; tilaa uudelleen
        ads: kampanjat; kampanjoita; kampanjaviestit; mainokset; mainoksia; mainonta; tarjoukset; tarjouksia; markkinointi
        ads: markkinointiviestit; mainosviestit; uutiskirje; tarjoukset ja ilmoitukset; promootiot; tarjousviestit
        messages: viestit; viestejä; viestien; ilmoitukset; ilmoituksia; tilaus; tilaukseni; päivitykset; roskaposti
        asks: poistakaa minut; poista minut; poistakaa numeroni; poista numeroni; peruuttaa tilauksen; perua tilauksen
        asks: älkää ottako yhteyttä; älkää kirjoittako; lopettakaa viestittely; lopettakaa viestien
        asks: jättäkää minut rauhaan; jätä minut rauhaan; jätä rauhaan; jättäkää rauhaan; enää lähettäkö; poistakaa tietoni
        asks: poista tietoni; peruutan suostumukseni; tämä on roskapostia
        refuses: ei kiitos; en ole kiinnostunut; ei kiinnosta; en halua; emme halua; älkää lähettäkö; älä lähetä; ei enää
        refuses: en suostu; en hyväksy
        no: ei ikinä; ei koskaan
        polite: kiitos; hei; ole hyvä; pyydän; nyt; ok; ystävällisesti
        fill: kaikki; kaikkien; nämä; minun; teidän; enää
    """,
}
