namespace Roost.LocalLambda.Code;

/// <summary>What editors and version control leave in a folder while somebody works in it. It is no part of a function: no change of it is a change of the function.</summary>
internal static class PassingFiles
{
    /// <param name="name">Of a file or folder, without its path.</param>
    public static bool Has(ReadOnlySpan<char> name) =>
        name is ".git" or ".svn" or ".hg" or "4913"        // the last: Vim makes it to see whether it may write
        || name.EndsWith('~')                               // backups of Emacs, Vim and others
        || (name.StartsWith('#') && name.EndsWith('#'))     // Emacs saves by itself
        || name.StartsWith(".#")                            // Emacs's locks: links that lead nowhere
        || name.StartsWith(".goutputstream-")               // GNOME writes beside the file
        || (name.StartsWith('.') && (name.EndsWith(".swp") || name.EndsWith(".swo") || name.EndsWith(".swx"))); // Vim's swap files
}
