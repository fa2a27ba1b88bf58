using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Definitions;

/// <summary>What is wrong with a file: each with file, line, key, value and remedy.</summary>
internal sealed class YamlFaults(string path, List<YamlFault> faults)
{
    /// <param name="value">As it stands in the file; empty where it is a list or mapping, or missing.</param>
    public void Add(YamlNode node, string key, string value, string remedy) =>
        faults.Add(new((int)node.Start.Line, value.Length == 0 ? $"{path}, line {node.Start.Line}: {key} {remedy}" : $"{path}, line {node.Start.Line}: {key} is '{value}'; {remedy}"));
}
