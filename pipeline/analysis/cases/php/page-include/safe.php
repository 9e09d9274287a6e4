<?php

declare(strict_types=1);

const PAGES = [
    'home' => __DIR__ . '/pages/home.php',
    'contact' => __DIR__ . '/pages/contact.php',
];

$page = $_GET['page'] ?? 'home';

include PAGES[$page] ?? PAGES['home'];

exit(0);
