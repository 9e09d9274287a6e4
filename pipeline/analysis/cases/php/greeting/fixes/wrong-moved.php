<?php

declare(strict_types=1);

function page(string $title, string $body): string
{
    return "<!doctype html><title>{$title}</title><main>{$body}</main>";
}

$name = $_GET['name'] ?? 'guest';

$greeting = sprintf('<p>Hello, %s!</p>', $name);
echo page('Welcome', $greeting);

exit(0);
