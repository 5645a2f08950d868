package login

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// languages are those of the pages, in the order of the columns of texts. Their
// names are for people who read them.
var languages = []struct{ tag, name string }{
	{"en", "English"},
	{"pt-BR", "Português (Brasil)"},
	{"es", "Español"},
}

// matcher finds the best of the languages for what a browser asks for.
var matcher = sync.OnceValue(func() language.Matcher {
	tags := make([]language.Tag, len(languages))
	for i, l := range languages {
		tags[i] = language.Make(l.tag)
	}
	return language.NewMatcher(tags)
})

// languageOf chooses the language of a page: what the visible switch says (the
// parameter ui_locales of OpenID Connect), what it said before, what the browser
// asks for. It is an index of languages.
func languageOf(r *http.Request, query url.Values) (index int, switched bool) {
	if wanted := query.Get("ui_locales"); wanted != "" && len(wanted) < 100 {
		if i, ok := match(strings.ReplaceAll(wanted, " ", ",")); ok {
			return i, true
		}
	}
	if i := slices.IndexFunc(languages, func(l struct{ tag, name string }) bool { return l.tag == cookieValue(r, cookieLanguage) }); i >= 0 {
		return i, false
	}
	if accepted := r.Header.Get("Accept-Language"); accepted != "" && len(accepted) < 500 {
		if i, ok := match(accepted); ok {
			return i, false
		}
	}
	return 0, false
}

func match(wanted string) (int, bool) {
	tags, _, err := language.ParseAcceptLanguage(wanted)
	if err != nil || len(tags) == 0 {
		return 0, false
	}
	_, i, confidence := matcher().Match(tags...)
	return i, confidence > language.No
}

// text is a text of the pages in the language, or the key itself.
func text(language int, key string, args ...any) string {
	row, ok := texts[key]
	switch {
	case !ok:
		return key
	case len(args) > 0:
		return fmt.Sprintf(row[language], args...)
	}
	return row[language]
}

// texts holds every text of the pages: English, Portuguese (Brazil), Spanish.
// The labels and buttons of the log-in form are those of the real service (facts:
// oauth.md §4).
var texts = map[string][3]string{
	"tagline":       {"A Genesys Cloud organization on your machine", "Uma organização Genesys Cloud na sua máquina", "Una organización de Genesys Cloud en tu máquina"},
	"panel.1":       {"Real sign-in flows", "Fluxos de login reais", "Flujos de inicio de sesión reales"},
	"panel.1.text":  {"Authorization code, PKCE, implicit and SAML, with signed tokens.", "Authorization code, PKCE, implicit e SAML, com tokens assinados.", "Authorization code, PKCE, implicit y SAML, con tokens firmados."},
	"panel.2":       {"Real permissions", "Permissões reais", "Permisos reales"},
	"panel.2.text":  {"What a role does not permit is refused, and you are told why.", "O que uma função não permite é recusado, e você fica sabendo por quê.", "Lo que un rol no permite se rechaza, y se te explica por qué."},
	"panel.3":       {"Nothing to lose", "Nada a perder", "Nada que perder"},
	"panel.3.text":  {"The people, passwords and secrets in it are made up.", "As pessoas, as senhas e os segredos são fictícios.", "Las personas, las contraseñas y los secretos son ficticios."},
	"disclaimer":    {"mockcloud is not affiliated with Genesys.", "O mockcloud não é afiliado à Genesys.", "mockcloud no está afiliado a Genesys."},
	"language":      {"Language", "Idioma", "Idioma"},
	"skip":          {"Skip to the content", "Ir para o conteúdo", "Ir al contenido"},
	"tools":         {"Tools", "Ferramentas", "Herramientas"},
	"value":         {"Value", "Valor", "Valor"},
	"install.where": {"In a clone of the repository. Where mockcloud is installed, leave out “go run ./cmd/”.", "Em um clone do repositório. Se o mockcloud estiver instalado, omita “go run ./cmd/”.", "En un clon del repositorio. Si mockcloud está instalado, omite “go run ./cmd/”."},

	"login.title":         {"Log In", "Entrar", "Iniciar sesión"},
	"login.for":           {"to continue to %s", "para acessar %s", "para continuar en %s"},
	"login.direct":        {"to your organization", "na sua organização", "en tu organización"},
	"login.email":         {"Email Address", "Endereço de e-mail", "Dirección de correo electrónico"},
	"login.password":      {"Password", "Senha", "Contraseña"},
	"login.button":        {"Log In", "Entrar", "Iniciar sesión"},
	"login.or":            {"or", "ou", "o"},
	"login.with":          {"Log in with %s", "Entrar com %s", "Iniciar sesión con %s"},
	"login.seeded":        {"Development users", "Usuários de desenvolvimento", "Usuarios de desarrollo"},
	"login.seeded.text":   {"Their passwords are published: one click signs in.", "As senhas deles são públicas: basta um clique para entrar.", "Sus contraseñas son públicas: basta un clic para iniciar sesión."},
	"login.seeded.as":     {"Log in as %s", "Entrar como %s", "Iniciar sesión como %s"},
	"login.only.provider": {"This organization signs people in through its identity provider only.", "Esta organização só permite login pelo provedor de identidade dela.", "Esta organización solo permite iniciar sesión con su proveedor de identidad."},
	"login.no.way":        {"This organization has switched its password login off and shows no identity provider.", "Esta organização desativou o login por senha e não exibe nenhum provedor de identidade.", "Esta organización desactivó el inicio de sesión con contraseña y no muestra ningún proveedor de identidad."},

	"problem.empty":    {"Enter your email address and your password.", "Informe seu endereço de e-mail e sua senha.", "Escribe tu dirección de correo electrónico y tu contraseña."},
	"problem.password": {"The email address or the password is incorrect.", "Endereço de e-mail ou senha incorretos.", "La dirección de correo electrónico o la contraseña no son correctas."},
	"problem.wait":     {"Too many attempts. Try again in %d s.", "Muitas tentativas. Tente novamente em %d s.", "Demasiados intentos. Vuelve a intentarlo en %d s."},
	"problem.form":     {"This page was out of date. Please try again; your browser must accept cookies.", "Esta página expirou. Tente novamente; o navegador precisa aceitar cookies.", "Esta página ha caducado. Inténtalo de nuevo; el navegador debe aceptar cookies."},
	"problem.session":  {"You are no longer signed in. Please log in again.", "Sua sessão terminou. Entre novamente.", "Tu sesión ha terminado. Vuelve a iniciar sesión."},
	"problem.seeded":   {"This user can no longer sign in with one click. Please enter the password.", "Este usuário não pode mais entrar com um clique. Informe a senha.", "Este usuario ya no puede iniciar sesión con un clic. Escribe la contraseña."},

	"org.title": {"Choose an organization", "Escolha uma organização", "Elige una organización"},
	"org.text":  {"Your email address and password open more than one.", "Seu endereço de e-mail e sua senha dão acesso a mais de uma.", "Tu dirección de correo electrónico y tu contraseña dan acceso a más de una."},

	"approve.title":    {"Approve %s?", "Aprovar %s?", "¿Aprobar %s?"},
	"approve.text":     {"%s enforces scopes, and nobody has approved this application yet. If you do, everybody in the organization can use it. It may:", "%s aplica escopos, e ninguém aprovou este aplicativo ainda. Se você aprovar, todos na organização poderão usá-lo. Ele poderá:", "%s aplica ámbitos (scopes), y nadie ha aprobado aún esta aplicación. Si la apruebas, todos en la organización podrán usarla. Podrá:"},
	"approve.read":     {"read", "ler", "leer"},
	"approve.write":    {"read and change", "ler e alterar", "leer y cambiar"},
	"approve.yes":      {"Approve", "Aprovar", "Aprobar"},
	"approve.no":       {"Cancel", "Cancelar", "Cancelar"},
	"approve.as":       {"Signed in as %s", "Sessão de %s", "Sesión iniciada como %s"},
	"approve.redirect": {"You will return to %s", "Você voltará para %s", "Volverás a %s"},

	"account.title":    {"You are logged in", "Você entrou", "Has iniciado sesión"},
	"account.text":     {"Applications that ask for a sign-in now get one without asking you again.", "A partir de agora, os aplicativos que pedirem login não perguntarão de novo.", "A partir de ahora, las aplicaciones que pidan iniciar sesión lo harán sin volver a preguntarte."},
	"account.my":       {"My Account", "Minha conta", "Mi cuenta"},
	"account.logout":   {"Logout", "Sair", "Cerrar sesión"},
	"account.name":     {"Name", "Nome", "Nombre"},
	"account.email":    {"Email Address", "Endereço de e-mail", "Dirección de correo electrónico"},
	"account.org":      {"Organization", "Organização", "Organización"},
	"account.division": {"Division", "Divisão", "División"},

	"logout.title": {"You are logged out", "Você saiu", "Has cerrado la sesión"},
	"logout.text":  {"The session of this browser and the refresh tokens of its user have ended. Access tokens that applications hold live on until they expire.", "A sessão deste navegador foi encerrada e os refresh tokens do usuário foram revogados. Os access tokens que os aplicativos já têm continuam válidos até expirar.", "La sesión de este navegador se ha cerrado y los refresh tokens de su usuario se han revocado. Los access tokens que ya tengan las aplicaciones siguen siendo válidos hasta que caduquen."},
	"logout.again": {"Log in again", "Entrar novamente", "Volver a iniciar sesión"},

	"error.title":            {"Something is not right", "Algo deu errado", "Algo salió mal"},
	"error.lead":             {"The sign-in could not go on.", "Não foi possível continuar o login.", "No se pudo continuar con el inicio de sesión."},
	"error.lead.application": {"The application that sent you here made a mistake, so you cannot go on. If you build it, this may help:", "O aplicativo que trouxe você até aqui cometeu um erro, por isso não é possível continuar. Se você o desenvolve, isto pode ajudar:", "La aplicación que te envió aquí cometió un error, así que no puedes continuar. Si la desarrollas, esto puede ayudarte:"},
	"error.key":              {"Error", "Erro", "Error"},
	"error.reference":        {"Reference", "Referência", "Referencia"},

	"error.invalidClientId":     {"There is no OAuth client with the id that the request named in client_id.", "Não existe um cliente OAuth com o id indicado em client_id.", "No hay ningún cliente OAuth con el id indicado en client_id."},
	"error.invalidRedirectUri":  {"The redirect_uri of the request is not one of those that are registered with the OAuth client. They are compared as whole texts, with port, path, query and closing slash.", "O redirect_uri da requisição não é um dos registrados no cliente OAuth. A comparação é feita com o texto inteiro: porta, caminho, query e barra final.", "El redirect_uri de la solicitud no es uno de los registrados en el cliente OAuth. Se compara el texto completo: puerto, ruta, query y barra final."},
	"error.invalidResponseType": {"The response_type of the request must be token or code.", "O response_type da requisição precisa ser token ou code.", "El response_type de la solicitud debe ser token o code."},
	"error.clientDisabled":      {"The OAuth client is inactive or disabled.", "O cliente OAuth está inativo ou desativado.", "El cliente OAuth está inactivo o desactivado."},
	"error.badForm":             {"The form that was sent could not be read.", "O formulário enviado não pôde ser lido.", "El formulario enviado no se pudo leer."},
	"error.unknownProvider":     {"The organization has no such identity provider, or it is disabled.", "A organização não tem esse provedor de identidade, ou ele está desativado.", "La organización no tiene ese proveedor de identidad, o está desactivado."},
	"error.samlRequest":         {"This sign-in was not started in this browser, or it took too long. Please start again in the application.", "Este login não foi iniciado neste navegador ou demorou demais. Comece de novo no aplicativo.", "Este inicio de sesión no se inició en este navegador, o tardó demasiado. Empieza de nuevo en la aplicación."},
	"error.samlAssertion":       {"The identity provider's answer was refused: %s.", "A resposta do provedor de identidade foi recusada: %s.", "Se rechazó la respuesta del proveedor de identidad: %s."},
	"error.idpRequest":          {"The request to the test identity provider could not be read: %s.", "A requisição ao provedor de identidade de teste não pôde ser lida: %s.", "La solicitud al proveedor de identidad de prueba no se pudo leer: %s."},
	"error.host":                {"Below /_mockcloud this server goes by its address, as localhost or by its public URL.", "Abaixo de /_mockcloud este servidor atende pelo seu endereço, como localhost ou pela sua URL pública.", "Bajo /_mockcloud este servidor atiende por su dirección, como localhost o por su URL pública."},
	"error.notFound":            {"There is nothing at this address.", "Não há nada neste endereço.", "No hay nada en esta dirección."},
	"error.internal":            {"mockcloud met an error of its own; its log says more.", "Ocorreu um erro interno no mockcloud; o log traz mais detalhes.", "Se produjo un error interno en mockcloud; su registro da más detalles."},
	"error.other":               {"The address of this page names no error that mockcloud knows.", "O endereço desta página não indica nenhum erro que o mockcloud conheça.", "La dirección de esta página no indica ningún error que mockcloud conozca."},

	"callback.title":   {"What came back", "O que foi recebido", "Lo que se recibió"},
	"callback.text":    {"This page stands in for your application: an application would have got this.", "Esta página faz o papel do seu aplicativo: ele teria recebido isto.", "Esta página hace las veces de tu aplicación, que habría recibido esto."},
	"callback.nothing": {"Nothing came back here. If scripts are off, look behind the # in the address.", "Nada foi recebido. Se os scripts estão desativados, veja no endereço o que vem depois de #.", "No se recibió nada. Si los scripts están desactivados, mira en la dirección lo que va después de #."},
	"callback.secrets": {"The ids and secrets of the seeded clients stand in mockcloud's README.", "Os ids e os segredos dos clientes de exemplo estão no README do mockcloud.", "Los ids y los secretos de los clientes de ejemplo están en el README de mockcloud."},
	"callback.next":    {"How an application goes on", "O que um aplicativo faz em seguida", "Qué hace una aplicación a continuación"},

	"embed.title":             {"Client applications", "Aplicativos do cliente", "Aplicaciones de cliente"},
	"embed.text":              {"Shows an installed application in a frame, as the Genesys Cloud client does, with somebody signed in.", "Mostra um aplicativo instalado em um frame, como o cliente do Genesys Cloud faz, com um usuário conectado.", "Muestra una aplicación instalada en un marco, como hace el cliente de Genesys Cloud, con un usuario que ha iniciado sesión."},
	"embed.nobody":            {"Choose who uses the Genesys Cloud client. One click signs this person in to this browser, so that the application can sign them in without a password.", "Escolha quem usa o cliente do Genesys Cloud. Um clique inicia a sessão dessa pessoa neste navegador, e o aplicativo pode fazer o login dela sem pedir senha.", "Elige quién usa el cliente de Genesys Cloud. Un clic inicia la sesión de esa persona en este navegador, y la aplicación puede iniciarla sin pedir contraseña."},
	"embed.nobody.none":       {"No user can be signed in with one click.", "Nenhum usuário pode entrar com um clique.", "Ningún usuario puede iniciar sesión con un clic."},
	"embed.who":               {"Signed in as %s", "Sessão de %s", "Sesión iniciada como %s"},
	"embed.others":            {"Change the user", "Trocar de usuário", "Cambiar de usuario"},
	"embed.login":             {"Log in with a password", "Entrar com uma senha", "Iniciar sesión con una contraseña"},
	"embed.app":               {"Application", "Aplicativo", "Aplicación"},
	"embed.choose":            {"Choose one", "Escolha um", "Elige una"},
	"embed.told":              {"What the application is told", "O que o aplicativo fica sabendo", "Lo que se le dice a la aplicación"},
	"embed.lang":              {"Language", "Idioma", "Idioma"},
	"embed.theme":             {"Theme", "Tema", "Tema"},
	"embed.theme.light":       {"Light", "Claro", "Claro"},
	"embed.theme.dark":        {"Dark", "Escuro", "Oscuro"},
	"embed.popup":             {"The application signs people in", "O aplicativo faz o login", "La aplicación inicia la sesión"},
	"embed.popup.true":        {"in a window of its own", "em uma janela própria", "en una ventana aparte"},
	"embed.popup.false":       {"inside the frame", "dentro do frame", "dentro del marco"},
	"embed.conversation":      {"Conversation id, for interaction widgets", "Id da conversa, para widgets de interação", "Id de la conversación, para widgets de interacción"},
	"embed.environment":       {"Environment (domain of the region)", "Ambiente (domínio da região)", "Entorno (dominio de la región)"},
	"embed.show":              {"Open", "Abrir", "Abrir"},
	"embed.hidden":            {"Not shown to %s", "Não aparecem para %s", "No se muestran a %s"},
	"embed.hidden.inactive":   {"inactive", "inativo", "inactiva"},
	"embed.hidden.groups":     {"not in the groups: %s", "não está nos grupos: %s", "no está en los grupos: %s"},
	"embed.hidden.permission": {"lacks %s", "não tem %s", "no tiene %s"},
	"embed.refused":           {"%s does not see %s: %s.", "%s não vê %s: %s.", "%s no ve %s: %s."},
	"embed.gone":              {"There is no such application.", "Não existe esse aplicativo.", "No existe esa aplicación."},
	"embed.nourl":             {"%s has no address yet: its configuration lacks the property url.", "%s ainda não tem endereço: falta a propriedade url na configuração.", "%s aún no tiene dirección: falta la propiedad url en la configuración."},
	"embed.badurl":            {"The address of %s is no web address: %s", "O endereço de %s não é um endereço da web: %s", "La dirección de %s no es una dirección web: %s"},
	"embed.none":              {"%s sees no application.", "%s não vê nenhum aplicativo.", "%s no ve ninguna aplicación."},
	"embed.empty":             {"No client application is installed. These commands install the sample application of mockcloud:", "Nenhum aplicativo do cliente está instalado. Estes comandos instalam o aplicativo de exemplo do mockcloud:", "No hay ninguna aplicación de cliente instalada. Estos comandos instalan la aplicación de ejemplo de mockcloud:"},
	"embed.start":             {"Choose an application to see it here.", "Escolha um aplicativo para vê-lo aqui.", "Elige una aplicación para verla aquí."},
	"embed.nothing":           {"Nothing to see? Check that a server answers at this address, and that it permits frames.", "Não aparece nada? Verifique se um servidor responde neste endereço e se ele permite frames.", "¿No se ve nada? Comprueba que un servidor responda en esta dirección y que permita marcos."},
	"embed.url":               {"Address of the frame", "Endereço do frame", "Dirección del marco"},
	"embed.element":           {"The frame as HTML", "O frame em HTML", "El marco en HTML"},
	"embed.unknown":           {"Nothing stands in for %s: it is no placeholder of the product.", "Nada substitui %s: não é um marcador do produto.", "Nada sustituye a %s: no es un marcador del producto."},
	"embed.types":             {"In the product it appears beside interactions of these types only: %s", "No produto, aparece somente ao lado de interações destes tipos: %s", "En el producto solo aparece junto a interacciones de estos tipos: %s"},
	"embed.queues":            {"In the product it appears beside interactions of these queues only: %s", "No produto, aparece somente ao lado de interações destas filas: %s", "En el producto solo aparece junto a interacciones de estas colas: %s"},
	"embed.frames":            {"The log-in page refuses to be framed. Inside the frame a sign-in succeeds at once, without a page, if application and mockcloud share a host name such as localhost. Otherwise the browser keeps the session back: use a window.", "A página de login não aceita ser exibida em um frame. Dentro do frame, o login é concluído na hora e sem página se o aplicativo e o mockcloud usarem o mesmo nome de host, como localhost. Caso contrário, o navegador retém a sessão: use uma janela.", "La página de inicio de sesión no acepta mostrarse en un marco. Dentro del marco, el inicio de sesión se completa al instante y sin página si la aplicación y mockcloud comparten el nombre de host, como localhost. Si no, el navegador retiene la sesión: usa una ventana."},

	"sample.title":         {"Sample application", "Aplicativo de exemplo", "Aplicación de ejemplo"},
	"sample.text":          {"This page is a client application. It stands in for yours, and shows what it was told.", "Esta página é um aplicativo do cliente. Ela faz o papel do seu e mostra o que recebeu.", "Esta página es una aplicación de cliente. Hace las veces de la tuya y muestra lo que recibió."},
	"sample.where.frame":   {"It runs in a frame.", "Está em um frame.", "Está en un marco."},
	"sample.where.page":    {"It runs in a page of its own, without a frame.", "Está em uma página própria, sem frame.", "Está en una página propia, sin marco."},
	"sample.where.unknown": {"The browser does not say whether it runs in a frame.", "O navegador não informa se está em um frame.", "El navegador no dice si está en un marco."},
	"sample.told":          {"What came in the address", "O que veio no endereço", "Lo que llegó en la dirección"},
	"sample.empty":         {"empty", "vazio", "vacío"},
	"sample.nothing":       {"The address has no parameters.", "O endereço não tem parâmetros.", "La dirección no tiene parámetros."},
	"sample.signin":        {"Sign in", "Entrar", "Iniciar sesión"},
	"sample.signin.text":   {"In a window of its own, by the implicit grant: it shows the token that an application would get.", "Em uma janela própria, com o implicit grant: ela mostra o token que um aplicativo receberia.", "En una ventana aparte, con el implicit grant: muestra el token que recibiría una aplicación."},

	"post.title":    {"One moment", "Um momento", "Un momento"},
	"post.text":     {"Going on to %s", "Continuando para %s", "Continuando hacia %s"},
	"post.continue": {"Continue", "Continuar", "Continuar"},

	"idp.title":        {"mockcloud test IdP", "mockcloud test IdP", "mockcloud test IdP"},
	"idp.text":         {"An identity provider for tests: it signs in whom you choose and asks for no password.", "Um provedor de identidade para testes: faz o login de quem você escolher e não pede senha.", "Un proveedor de identidad para pruebas: inicia la sesión de quien elijas y no pide contraseña."},
	"idp.to":           {"The assertion goes to", "A asserção vai para", "La aserción va a"},
	"idp.who":          {"Sign in as", "Entrar como", "Iniciar sesión como"},
	"idp.fault":        {"Break the assertion on purpose", "Invalidar a asserção de propósito", "Invalidar la aserción a propósito"},
	"idp.fault.none":   {"No, a good one", "Não, uma válida", "No, una válida"},
	"idp.fault.expire": {"Expired", "Expirada", "Caducada"},
	"idp.fault.aud":    {"For another audience", "Para outra audiência", "Para otra audiencia"},
	"idp.fault.iss":    {"Of another issuer", "De outro emissor", "De otro emisor"},
	"idp.fault.sig":    {"With a bad signature", "Com assinatura inválida", "Con firma no válida"},
	"idp.metadata":     {"Metadata", "Metadados", "Metadatos"},
	"idp.certificate":  {"Certificate", "Certificado", "Certificado"},
	"idp.entity":       {"Entity ID", "Entity ID", "Entity ID"},
	"idp.sso":          {"Single sign-on URL", "URL de login único", "URL de inicio de sesión único"},
	"idp.start":        {"Sign in to mockcloud through it", "Entrar no mockcloud por este IdP", "Iniciar sesión en mockcloud con este IdP"},
	"idp.assertion":    {"An assertion for your code, without a browser", "Uma asserção para o seu código, sem navegador", "Una aserción para tu código, sin navegador"},
	"idp.published":    {"Its key is published with mockcloud. Never trust it anywhere else.", "A chave dele é publicada com o mockcloud. Nunca confie nela em nenhum outro lugar.", "Su clave se publica con mockcloud. No confíes en ella en ningún otro lugar."},

	"webhooks.title":        {"Webhooks", "Webhooks", "Webhooks"},
	"webhooks.text":         {"What other systems have sent to the webhooks of this server, the newest first.", "O que outros sistemas enviaram aos webhooks deste servidor, do mais recente ao mais antigo.", "Lo que otros sistemas han enviado a los webhooks de este servidor, primero lo más reciente."},
	"webhooks.none":         {"No webhook is installed. These commands install one:", "Nenhum webhook está instalado. Estes comandos instalam um:", "No hay ningún webhook instalado. Estos comandos instalan uno:"},
	"webhooks.active":       {"Active", "Ativo", "Activo"},
	"webhooks.inactive":     {"Inactive: it refuses events", "Inativo: recusa eventos", "Inactivo: rechaza eventos"},
	"webhooks.received":     {"%d received, %d kept", "%d recebidos, %d guardados", "%d recibidos, %d guardados"},
	"webhooks.id":           {"Id of the integration", "Id da integração", "Id de la integración"},
	"webhooks.address":      {"Address", "Endereço", "Dirección"},
	"webhooks.takes":        {"It takes any JSON by POST, without a token:", "Aceita qualquer JSON por POST, sem token:", "Acepta cualquier JSON por POST, sin token:"},
	"webhooks.clear":        {"Clear the events", "Limpar os eventos", "Borrar los eventos"},
	"webhooks.event":        {"Event %d", "Evento %d", "Evento %d"},
	"webhooks.headers":      {"Headers and query", "Cabeçalhos e query", "Encabezados y query"},
	"webhooks.header":       {"Header", "Cabeçalho", "Encabezado"},
	"webhooks.parameter":    {"Parameter", "Parâmetro", "Parámetro"},
	"webhooks.nothing":      {"Nothing has arrived yet.", "Ainda não chegou nada.", "Aún no ha llegado nada."},
	"webhooks.cleared":      {"Nothing has arrived since the events were cleared.", "Não chegou nada desde que os eventos foram limpos.", "No ha llegado nada desde que se borraron los eventos."},
	"webhooks.more":         {"There is more: the whole body", "Há mais: o corpo inteiro", "Hay más: el cuerpo completo"},
	"webhooks.all":          {"Events as JSON, the oldest first", "Eventos em JSON, do mais antigo ao mais recente", "Eventos en JSON, primero lo más antiguo"},
	"webhooks.reload":       {"Reload", "Recarregar", "Recargar"},
	"webhooks.refresh":      {"Reload every %d s", "Recarregar a cada %d s", "Recargar cada %d s"},
	"webhooks.refresh.stop": {"Stop reloading", "Parar de recarregar", "Dejar de recargar"},
	"webhooks.refreshing":   {"The page reloads every %d s.", "A página recarrega a cada %d s.", "La página se recarga cada %d s."},

	"explorer.title":       {"API explorer", "Explorador da API", "Explorador de la API"},
	"explorer.text":        {"Every operation that this server serves, to read about and to try out: what you send here changes this organization.", "Todas as operações que este servidor atende, para consultar e experimentar: o que você enviar aqui altera esta organização.", "Todas las operaciones que atiende este servidor, para consultarlas y probarlas: lo que envíes aquí cambia esta organización."},
	"explorer.noscript":    {"The explorer needs scripts. The documents below do not.", "O explorador precisa de scripts. Os documentos abaixo, não.", "El explorador necesita scripts. Los documentos de abajo, no."},
	"explorer.unknown":     {"There is no tag %s.", "Não existe a tag %s.", "No existe la etiqueta %s."},
	"explorer.caller":      {"Who calls", "Quem chama", "Quién llama"},
	"explorer.as":          {"Call as", "Chamar como", "Llamar como"},
	"explorer.nobody":      {"Nobody: without a token", "Ninguém: sem token", "Nadie: sin token"},
	"explorer.users":       {"Users", "Usuários", "Usuarios"},
	"explorer.clients":     {"OAuth clients", "Clientes OAuth", "Clientes OAuth"},
	"explorer.own":         {"Another token …", "Outro token …", "Otro token …"},
	"explorer.token":       {"Access token", "Access token", "Access token"},
	"explorer.without":     {"Calls carry no token, and most are refused with 401.", "As chamadas vão sem token, e a maioria é recusada com 401.", "Las llamadas van sin token, y la mayoría se rechaza con 401."},
	"explorer.asking":      {"Asking for a token …", "Solicitando um token …", "Solicitando un token …"},
	"explorer.calling":     {"Calls go out as %s", "As chamadas são feitas como %s", "Las llamadas se hacen como %s"},
	"explorer.calling.own": {"Calls carry the token above.", "As chamadas levam o token acima.", "Las llamadas llevan el token de arriba."},
	"explorer.refused":     {"There is no token: %s", "Não há token: %s", "No hay token: %s"},
	"explorer.unreachable": {"The server does not answer.", "O servidor não responde.", "El servidor no responde."},
	"explorer.tags":        {"What to call", "O que chamar", "Qué llamar"},
	"explorer.find":        {"Words of an operation, path or permission", "Palavras de uma operação, caminho ou permissão", "Palabras de una operación, ruta o permiso"},
	"explorer.search":      {"Search", "Buscar", "Buscar"},
	"explorer.alltags":     {"All %d tags", "Todas as %d tags", "Las %d etiquetas"},
	"explorer.found":       {"Found for “%s”", "Encontrado para “%s”", "Encontrado para “%s”"},
	"explorer.none":        {"No operation has all of these words.", "Nenhuma operação tem todas essas palavras.", "Ninguna operación tiene todas esas palabras."},
	"explorer.more":        {"%d more are not shown: add a word.", "Há mais %d que não aparecem: acrescente uma palavra.", "Hay %d más que no se muestran: añade una palabra."},
	"explorer.start":       {"Choose a tag, or search for an operation.", "Escolha uma tag ou busque uma operação.", "Elige una etiqueta o busca una operación."},
	"explorer.document":    {"The document behind this page:", "O documento por trás desta página:", "El documento detrás de esta página:"},
	"explorer.credit":      {"Shown by Swagger UI (Apache License 2.0)", "Exibido pelo Swagger UI (Apache License 2.0)", "Mostrado por Swagger UI (Apache License 2.0)"},

	"coverage.title":        {"Coverage", "Cobertura", "Cobertura"},
	"coverage.text":         {"Of %d operations, %d are written by hand, %d are answered by the engine and %d are not served.", "De %d operações, %d foram escritas à mão, %d são respondidas pelo motor e %d não são atendidas.", "De %d operaciones, %d están escritas a mano, %d las responde el motor y %d no se atienden."},
	"coverage.by":           {"Answered by", "Respondida por", "Responde"},
	"coverage.by.family":    {"Family", "Família", "Familia"},
	"coverage.by.engine":    {"Engine", "Motor", "Motor"},
	"coverage.by.none":      {"Not served", "Não atendida", "No se atiende"},
	"coverage.means.family": {"Code of its own, with the rules of the product.", "Código próprio, com as regras do produto.", "Código propio, con las reglas del producto."},
	"coverage.means.engine": {"Stateful and true to its schema, by the shape of the operation.", "Com estado e fiel ao schema, conforme a forma da operação.", "Con estado y fiel a su esquema, según la forma de la operación."},
	"coverage.means.none":   {"Guarded and validated, then 501 not.implemented.", "Protegida e validada, depois 501 not.implemented.", "Protegida y validada, después 501 not.implemented."},
	"coverage.find":         {"Words of an operation, path, kind or permission", "Palavras de uma operação, caminho, tipo ou permissão", "Palabras de una operación, ruta, tipo o permiso"},
	"coverage.tag":          {"Tag", "Tag", "Etiqueta"},
	"coverage.any":          {"Any", "Qualquer", "Cualquiera"},
	"coverage.found":        {"%d to %d of %d operations.", "%d a %d de %d operações.", "%d a %d de %d operaciones."},
	"coverage.reset":        {"Back to all tags", "Voltar a todas as tags", "Volver a todas las etiquetas"},
	"coverage.operation":    {"Operation", "Operação", "Operación"},
	"coverage.operations":   {"Operations", "Operações", "Operaciones"},
	"coverage.permission":   {"Permission", "Permissão", "Permiso"},
	"coverage.notes":        {"Notes", "Notas", "Notas"},
	"coverage.open":         {"open: no token needed", "aberta: não requer token", "abierta: no requiere token"},
	"coverage.newer":        {"newer than the official document", "mais nova que o documento oficial", "posterior al documento oficial"},
	"coverage.deprecated":   {"deprecated", "obsoleta", "obsoleta"},
	"coverage.earlier":      {"Earlier", "Anteriores", "Anteriores"},
	"coverage.later":        {"Later", "Seguintes", "Siguientes"},
	"coverage.answered":     {"Answered", "Respondidas", "Respondidas"},
	"coverage.valid":        {"Schema-valid", "Válidas no schema", "Válidas"},
	"coverage.stateful":     {"Stateful", "Com estado", "Con estado"},
	"coverage.once":         {"An operation with several tags counts once here, under the first of them; the explorer has it under each.", "Uma operação com várias tags conta aqui uma só vez, na primeira delas; o explorador a mostra em cada uma.", "Una operación con varias etiquetas cuenta aquí una sola vez, en la primera; el explorador la muestra en cada una."},
	"coverage.json":         {"The table as JSON", "A tabela em JSON", "La tabla en JSON"},
}
