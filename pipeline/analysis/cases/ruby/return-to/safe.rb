class SessionsController < ApplicationController
  def create
    user = User.authenticate_by(params.permit(:email, :password))
    if user
      reset_session
      session[:user_id] = user.id
      redirect_to url_from(params[:return_to]) || root_path
    else
      render :new, status: :unprocessable_entity
    end
  end
end
