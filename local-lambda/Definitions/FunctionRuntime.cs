using System.Text.RegularExpressions;

namespace Roost.LocalLambda.Definitions;

internal enum RuntimeFamily
{
    Python,
    Node,

    /// <summary>The function brings its own runtime, an executable named <c>bootstrap</c>.</summary>
    Provided,
}

/// <summary>A runtime by AWS's name.</summary>
/// <param name="AskedVersion"><c>3.11</c> of python3.11, <c>20</c> of nodejs20.x; null for python3.x and custom runtimes.</param>
internal sealed partial record FunctionRuntime(string Name, RuntimeFamily Family, string? AskedVersion)
{
    /// <summary>The machine's interpreter, or what launches a custom runtime.</summary>
    public string Interpreter => Family switch
    {
        RuntimeFamily.Python => "/usr/bin/python3",
        RuntimeFamily.Node => "/usr/bin/node",
        _ => "/usr/bin/perl",
    };

    public string Package => Family switch
    {
        RuntimeFamily.Python => "python3",
        RuntimeFamily.Node => "nodejs",
        _ => "perl-base",
    };

    public static FunctionRuntime? TryParse(string text)
    {
        if (Python().Match(text) is { Success: true } python)
        {
            return new FunctionRuntime(text, RuntimeFamily.Python, python.Groups["minor"].Value == "x" ? null : $"3.{python.Groups["minor"].Value}");
        }

        if (Node().Match(text) is { Success: true } node)
        {
            return new FunctionRuntime(text, RuntimeFamily.Node, node.Groups["major"].Value);
        }

        return text is "provided" or "provided.al2" or "provided.al2023" ? new FunctionRuntime(text, RuntimeFamily.Provided, null) : null;
    }

    [GeneratedRegex(@"^python3\.(?<minor>x|[0-9]{1,3})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Python();

    [GeneratedRegex(@"^nodejs(?<major>[0-9]{1,3})\.x$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Node();
}
