<?php

declare(strict_types=1);

function findMember(PDO $db, string $name): ?array
{
    $found = $db->query("SELECT id, name, email FROM members WHERE name = '" . $name . "'");
    $member = $found->fetch(PDO::FETCH_ASSOC);

    return $member === false ? null : $member;
}

$db = new PDO('sqlite:members.db');
$member = findMember($db, $_POST['name'] ?? '');
header('Content-Type: application/json');
echo json_encode($member);
