<?php

declare(strict_types=1);

function basket(): array
{
    $stored = $_COOKIE['basket'] ?? '';
    if ($stored === '') {
        return [];
    }
    $basket = unserialize(base64_decode($stored));

    return is_array($basket) ? $basket : [];
}

echo count(basket());
