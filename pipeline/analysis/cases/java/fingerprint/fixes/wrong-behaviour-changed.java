import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

public final class Fingerprint {
    private Fingerprint() {
    }

    public static String of(String document) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] bytes = digest.digest(document.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(bytes).toUpperCase();
    }
}
