package org.vgictrace.parser.table;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.vector.ipc.message.FBSerializables;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * The schema of an Arrow file. It takes the place of the Arrow library's own class, which starts a
 * JSON library when it is loaded: that takes longer than converting half a million events.
 *
 * @param fields the columns
 * @param metadata properties of the table, in the order in which they are written
 */
record TableSchema(List<Field> fields, Map<String, String> metadata) {

  /** Adds the schema (Schema.fbs, table {@code Schema}) and returns its place. */
  int write(FlatBufferBuilder builder) {
    int[] places = new int[fields.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = fields.get(i).getField(builder);
    }
    int columns = Schema.createFieldsVector(builder, places);
    int properties = FBSerializables.writeKeyValues(builder, metadata);
    Schema.startSchema(builder);
    Schema.addEndianness(builder, Endianness.Little);
    Schema.addFields(builder, columns);
    Schema.addCustomMetadata(builder, properties);
    return Schema.endSchema(builder);
  }
}
