<?php

declare(strict_types=1);

function basket(): array
{
    $stored = $_COOKIE['basket'] ?? '';
    if ($stored === '') {
        return [];
    }
    $basket = json_decode(base64_decode($stored), true);

    return is_array($basket) ? $basket : [];
}

echo count(basket());
