package login

// clientCredentials gives a token that is bound to the client and to no user.
// There is no refresh token (facts: oauth.md §5).
func clientCredentials(r *grantRequest) (*tokenResponse, error) {
	token, err := r.login.Authority.Mint(r.tx.Org(), r.client, nil)
	if err != nil {
		return nil, err
	}
	return &tokenResponse{AccessToken: token.Access, TokenType: "bearer", ExpiresIn: token.ExpiresIn}, nil
}
