import java.io.IOException;
import java.io.InputStream;
import java.io.DataInputStream;
import java.io.ObjectInputStream;

public final class SavedGame {
    public String load(InputStream input) throws IOException, ClassNotFoundException {
        try (ObjectInputStream reader = new ObjectInputStream(input)) {
            return (String) reader.readObject();
        }
    }
}

