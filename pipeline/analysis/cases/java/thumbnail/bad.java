import java.io.IOException;

public final class Thumbnail {
    private static final String SIZE = "128x128";

    private Thumbnail() {
    }

    public static int make(String source, String target) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", "convert " + source + " -resize " + SIZE + " " + target);
        builder.redirectErrorStream(true);
        Process process = builder.start();
        return process.waitFor();
    }
}
