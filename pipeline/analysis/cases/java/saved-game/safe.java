import java.io.IOException;
import java.io.InputStream;
import java.io.DataInputStream;

public final class SavedGame {
    public String load(InputStream input) throws IOException {
        try (DataInputStream reader = new DataInputStream(input)) {
            return reader.readUTF();
        }
    }
}

