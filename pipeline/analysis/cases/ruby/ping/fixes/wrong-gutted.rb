require "sinatra"

set :bind, "127.0.0.1"

get "/" do
  "Which host?"
end

get "/ping" do
  content_type "text/plain"
  host = params["host"].to_s
  ""
end
