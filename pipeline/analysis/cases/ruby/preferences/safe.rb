require "base64"
require "json"

# What a visitor chose, as the browser keeps it.
class Preferences
  DEFAULTS = { "theme" => "light" }.freeze

  def self.from(cookie)
    return DEFAULTS if cookie.nil?

    DEFAULTS.merge(JSON.parse(Base64.decode64(cookie)))
  end
end
