using System.Text;
using System.Text.Json;
using Roost.Shadow.Documents;
using Roost.Shadow.Store;

namespace Roost.Shadow.Queries;

/// <summary>
/// Gets the values of some fields out of a shadow. A row of the table is read in one pass over its JSON, which builds nothing and skips what is not asked
/// for; only where a delta is asked for is it made into a tree.
/// </summary>
/// <param name="fields">Each at its index in <see cref="Values"/>.</param>
internal sealed class FieldReader(IReadOnlyList<FieldPath> fields)
{
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    private readonly Node _root = Node.Of(fields);
    private readonly bool _needsDelta = fields.Any(field => field.Root == FieldRoot.Delta);
    private readonly bool _needsState = fields.Any(field => field.IsState);
    private readonly byte[][] _lastKeys = [.. fields.Where(field => field.IsState).Select(field => KeyOf(field.Keys is [.., var last] ? last : field.Root == FieldRoot.Desired ? "desired" : "reported"))];
    private int _missing; // state fields that may still come: with none the rest of the row is of no interest

    /// <summary>Of the shadow read last.</summary>
    public FieldValue[] Values { get; } = new FieldValue[fields.Count];

    /// <exception cref="CorruptShadowException">The row is not what was written.</exception>
    public void Read(in ScannedShadow shadow)
    {
        Array.Clear(Values);
        ReadHead(shadow);
        if (_needsDelta)
        {
            ReadTree(shadow.Decode().State!);
            return;
        }

        ShadowRowCodec.Verify(shadow.Id, shadow.Row);
        if (_needsState && shadow.Row.State is { } json)
        {
            _missing = CountOfPossible(json);
            var reader = new Utf8JsonReader(json, AnyDepth);
            reader.Read();
            ReadMembers(ref reader, json, _root);
        }
    }

    // Keys have one spelling, and nothing stands between them and their colons: a key that is nowhere in the text needs no reading of it.
    private int CountOfPossible(byte[] json)
    {
        var count = 0;
        foreach (var key in _lastKeys)
        {
            count += json.AsSpan().IndexOf(key) >= 0 ? 1 : 0;
        }

        return count;
    }

    private static byte[] KeyOf(string key) => [.. JsonText.ToBytes(key), (byte)':'];

    private void ReadHead(in ScannedShadow shadow)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            switch (fields[i].Root)
            {
                case FieldRoot.Thing:
                    Values[i] = FieldValue.Of(shadow.Id.Thing);
                    break;
                case FieldRoot.Name:
                    Values[i] = FieldValue.Of(shadow.Id.Name);
                    break;
                case FieldRoot.Version:
                    Values[i] = FieldValue.Of(shadow.Version);
                    break;
                case FieldRoot.Updated:
                    Values[i] = FieldValue.Of(shadow.UpdatedSeconds);
                    break;
            }
        }
    }

    private void ReadTree(ShadowState state)
    {
        var delta = _needsDelta ? state.Delta() : null;
        for (var i = 0; i < fields.Count; i++)
        {
            if (!fields[i].IsState)
            {
                continue;
            }

            StateNode? node = fields[i].Root switch { FieldRoot.Desired => state.Desired, FieldRoot.Reported => state.Reported, _ => delta };
            foreach (var key in fields[i].Keys)
            {
                node = (node as StateObject)?[key];
            }

            Values[i] = FieldValue.Of(node);
        }
    }

    // Goes as deep as the longest path, which is as long as a query may be at most.
    private void ReadMembers(ref Utf8JsonReader reader, byte[] json, Node node)
    {
        while (_missing > 0 && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var child = node.Find(ref reader);
            reader.Read();
            if (child is null)
            {
                reader.Skip();
                continue;
            }

            if (child.Fields.Count > 0)
            {
                var (kind, from) = (FieldValue.KindOf(reader.TokenType), (int)reader.TokenStartIndex);
                var whole = reader; // a copy: members of the value may be wanted too
                whole.Skip();
                foreach (var field in child.Fields)
                {
                    Values[field] = new FieldValue(kind, json.AsMemory(from, (int)whole.BytesConsumed - from));
                    _missing--;
                }
            }

            if (child.Children.Count > 0 && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadMembers(ref reader, json, child);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>All paths into the state as one tree, so that a document is read once however many there are.</summary>
    private sealed class Node
    {
        public List<(byte[] Key, Node Node)> Children { get; } = [];

        public List<int> Fields { get; } = [];

        public static Node Of(IReadOnlyList<FieldPath> fields)
        {
            var root = new Node();
            for (var i = 0; i < fields.Count; i++)
            {
                if (fields[i].Root is not (FieldRoot.Desired or FieldRoot.Reported))
                {
                    continue;
                }

                var node = root.Child(fields[i].Root == FieldRoot.Desired ? "desired" : "reported");
                foreach (var key in fields[i].Keys)
                {
                    node = node.Child(key);
                }

                node.Fields.Add(i);
            }

            return root;
        }

        public Node? Find(ref Utf8JsonReader reader)
        {
            foreach (var (key, node) in Children)
            {
                if (reader.ValueTextEquals(key))
                {
                    return node;
                }
            }

            return null;
        }

        private Node Child(string key)
        {
            var bytes = Encoding.UTF8.GetBytes(key);
            foreach (var (known, child) in Children)
            {
                if (known.AsSpan().SequenceEqual(bytes))
                {
                    return child;
                }
            }

            var added = new Node();
            Children.Add((bytes, added));
            return added;
        }
    }
}
