using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Roost.Gateway.Configuration;

/// <summary>
/// Turns one YAML document into nodes that remember their lines. It reads the parser's events and not the library's own tree, as
/// that tree gives up at the first duplicate key, and an operator wants all faults at once.
/// </summary>
internal sealed class YamlReader(string source, List<ConfigurationFault> faults)
{
    /// <summary>More than any key needs; each level is a call, and a stack that overflows ends the process without a word.</summary>
    private const int MaxDepth = 32;

    /// <returns>Null for an empty document, and for one with a syntax error (which is then among the faults).</returns>
    public ConfigurationNode? Read(TextReader text)
    {
        try
        {
            var parser = new Parser(text);
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return null;
            }

            var root = ReadNode(parser, "", 1);
            parser.Consume<DocumentEnd>();
            if (parser.TryConsume<DocumentStart>(out var second))
            {
                Add(second, "", "a second document begins here; keep one document a file, and put others into conf.d");
            }

            return root;
        }
        catch (TooDeepException exception)
        {
            faults.Add(new(source, exception.Line, "", $"nests deeper than {MaxDepth} levels; no key needs that"));
            return null;
        }
        catch (YamlException exception)
        {
            faults.Add(new(source, (int)exception.Start.Line, "", $"is not valid YAML: {Tidy(exception.Message)}; correct the line, or the indentation above it"));
            return null;
        }
    }

    private ConfigurationNode ReadNode(IParser parser, string path, int depth)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            if (scalar.Value.Contains('\0'))
            {
                Add(scalar, path, "holds a NUL character, which no value may; remove it");
                return new ScalarNode(source, (int)scalar.Start.Line, null);
            }

            return new ScalarNode(source, (int)scalar.Start.Line, IsNull(scalar) ? null : scalar.Value);
        }

        if (depth > MaxDepth)
        {
            throw new TooDeepException((int)parser.Current!.Start.Line);
        }

        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new List<ConfigurationNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(parser, $"{path}[{items.Count}]", depth + 1));
            }

            return new ListNode(source, (int)sequence.Start.Line, items);
        }

        if (parser.TryConsume<MappingStart>(out var mapping))
        {
            return ReadMap(parser, (int)mapping.Start.Line, path, depth + 1);
        }

        // An alias is the one event left. Reuse of blocks is not worth a file in which a value stands elsewhere than its key.
        var alias = parser.Consume<AnchorAlias>();
        Add(alias, path, $"aliases are not supported (*{alias.Value}); write the value out");
        return new ScalarNode(source, (int)alias.Start.Line, null);
    }

    private MapNode ReadMap(IParser parser, int line, string path, int depth)
    {
        var map = new MapNode(source, line);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var at = parser.Current!;
            if (ReadNode(parser, path, depth) is not ScalarNode { Text: { } key } keyNode)
            {
                Add(at, path, "a key is plain text; write it as `key: value`");
                _ = ReadNode(parser, path, depth);
                continue;
            }

            var full = path.Length == 0 ? key : $"{path}.{key}";
            var value = ReadNode(parser, full, depth);
            if (map.Find(key) is { } first)
            {
                faults.Add(new(source, keyNode.Line, full, $"is given twice (first in line {first.Line}); keep one of them"));
                continue;
            }

            map.Set(new MapEntry(key, value, source, keyNode.Line));
        }

        return map;
    }

    private static bool IsNull(Scalar scalar) => scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null";

    private void Add(ParsingEvent at, string key, string problem) => faults.Add(new(source, (int)at.Start.Line, key, problem));

    /// <summary>The library begins its messages with its own notation of the place, which ours repeats.</summary>
    private static string Tidy(string message)
    {
        var end = message.StartsWith('(') ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        return (end < 0 ? message : message[(end + 3)..]).TrimEnd('.');
    }

    private sealed class TooDeepException(int line) : Exception
    {
        public int Line { get; } = line;
    }
}
