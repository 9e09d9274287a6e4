<?php

declare(strict_types=1);

function page(string $title, string $body): string
{
    return "<!doctype html><title>{$title}</title><main>{$body}</main>";
}

$name = $_GET['name'] ?? 'guest';

echo page('Welcome', '<p>Hello, ' . htmlspecialchars(strtoupper($name), ENT_QUOTES, 'UTF-8') . '!</p>');

exit(0);
