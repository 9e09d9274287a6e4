class ReportsController < ApplicationController
  before_action :authenticate

  def index
    title = params[:title].to_s
    @reports = Report.where("title = ?", title).order(:created_at)
    respond_to do |format|
      format.html
      format.json { render json: @reports }
    end
  end
end
