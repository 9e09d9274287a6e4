require "sinatra"

set :bind, "127.0.0.1"

get "/" do
  "Which host?"
end

get "/ping" do
  content_type "text/plain"
  host = params["host"].to_s
  IO.popen("ping -c 1 #{host}").read
end
