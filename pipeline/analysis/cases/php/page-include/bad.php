<?php

declare(strict_types=1);

const PAGES = [
    'home' => __DIR__ . '/pages/home.php',
    'contact' => __DIR__ . '/pages/contact.php',
];

$page = $_GET['page'] ?? 'home';

include __DIR__ . '/pages/' . $page . '.php';

exit(0);
