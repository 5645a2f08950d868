package contactcenter

// Summary is the schema UserConversationSummary: how many conversations of each
// medium a user has.
type Summary struct {
	UserID           string       `json:"userId"`
	Call             mediaSummary `json:"call"`
	Callback         mediaSummary `json:"callback"`
	Email            mediaSummary `json:"email"`
	Message          mediaSummary `json:"message"`
	Chat             mediaSummary `json:"chat"`
	SocialExpression mediaSummary `json:"socialExpression"`
	Video            mediaSummary `json:"video"`
}

// mediaSummary is the schema MediaSummary.
type mediaSummary struct {
	ContactCenter struct {
		Active int `json:"active"`
		ACW    int `json:"acw"`
	} `json:"contactCenter"`
	Enterprise struct {
		Active int `json:"active"`
		ACW    int `json:"acw"`
	} `json:"enterprise"`
}

// NoConversations is the summary of a user without conversations, as all are:
// nothing here makes any.
func NoConversations(userID string) *Summary { return &Summary{UserID: userID} }
