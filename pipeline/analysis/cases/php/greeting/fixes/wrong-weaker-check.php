<?php

declare(strict_types=1);

function page(string $title, string $body): string
{
    return "<!doctype html><title>{$title}</title><main>{$body}</main>";
}

$name = $_GET['name'] ?? 'guest';

echo page('Welcome', '<p>Hello, ' . str_replace('<script>', '', $name) . '!</p>');

exit(0);
