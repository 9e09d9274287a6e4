"""What the product's first description names, and which of it is still missing.

The MISSING lists may only shrink: whoever builds something takes its line out.
"""

PROCEDURES = [
    "auth.me",
    "auth.logout",
    "code.getRateLimit",
    "code.submit",
    "code.getJobStatus",
    "code.getHistory",
    "code.getResult",
    "admin.getPrompts",
    "admin.updatePrompt",
    "admin.getModels",
    "admin.updateModel",
    "admin.getSubmissions",
    "admin.seedDefaults",
    "admin.getAvailableModels",
    "admin.getFailedJobs",
    "admin.retryJob",
    "admin.deleteDeadLetter",
    "admin.getIdempotencyKeys",
    "admin.getAuditLogs",
    "admin.getSystemHealth",
    "admin.getMetrics",
    "admin.getProviders",
    "admin.addProvider",
    "admin.updateProviderKey",
    "admin.testProviderConnection",
    "admin.syncProviderModels",
    "admin.toggleProvider",
    "admin.getRuntimeConfig",
    "admin.updateRuntimeConfig",
    "admin.getConfigHistory",
    "admin.getRateLimits",
    "admin.updateUserRateLimit",
    "admin.getUsers",
    "admin.deleteUser",
    "admin.exportUserData",
    "admin.getBackups",
    "admin.createBackup",
    "admin.updateBackupSchedule",
    "admin.simulateOutage",
    "admin.getCanaryConfig",
    "admin.updateCanaryConfig",
    "admin.getCustomers",
    "admin.getUsageSummary",
]

TABLES = [
    "users",
    "code_submissions",
    "pipeline_results",
    "system_prompts",
    "model_config",
    "api_providers",
    "provider_api_keys",
    "provider_models",
    "provider_audit_log",
    "provider_health_history",
    "dead_letter_queue",
    "idempotency_keys",
    "audit_logs",
    "runtime_config",
    "user_rate_overrides",
    "daily_usage",
    "backups",
]

VARIABLES = [
    "DATABASE_URL",
    "JWT_SECRET",
    "REDIS_URL",
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "GOOGLE_REDIRECT_URI",
    "ENCRYPTION_KEY",
    "MAX_DAILY_SUBMISSIONS",
    "MAX_CODE_SIZE_BYTES",
    "DEFAULT_LLM_MODEL",
    "CACHE_TTL_SECONDS",
    "JOB_MAX_RETRIES",
    "JOB_BACKOFF_DELAY_MS",
    "JOB_TIMEOUT_MS",
]

# A tab of the dashboard is there when the admin manages these tables or serves these pages.
TABS = {
    "Prompts": ("table system_prompts",),
    "Models": ("table model_config",),
    "History": ("table code_submissions",),
    "API Providers": ("table api_providers", "table provider_models"),
    "Operations": ("table dead_letter_queue", "table idempotency_keys"),
    "Audit Log": ("table audit_logs",),
    "Metrics": ("page admin:metrics",),
    "System Config": ("table runtime_config",),
    "Rate Limits": ("table user_rate_overrides",),
    "Users": ("table users",),
    "Backups": ("table backups",),
    "Chaos": ("page admin:chaos",),
    "Canary": ("page admin:canary",),
    "Billing": ("table plans", "table invoices"),
}

MISSING_PROCEDURES = [
    "admin.getMetrics",
    "admin.getBackups",
    "admin.createBackup",
    "admin.updateBackupSchedule",
    "admin.simulateOutage",
    "admin.getCanaryConfig",
    "admin.updateCanaryConfig",
    "admin.getCustomers",
    "admin.getUsageSummary",
]
MISSING_TABLES = [
    "backups",
]
MISSING_VARIABLES: list[str] = []
MISSING_TABS = [
    "Metrics",
    "Backups",
    "Chaos",
    "Canary",
    "Billing",
]
