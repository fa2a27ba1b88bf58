using System.Text;

namespace Roost.Cli.Qr;

/// <summary>A QR code for a terminal: two modules in one character, light ones drawn, so that it is read on a dark ground as on a light one.</summary>
internal static class QrText
{
    private const int Quiet = 4; // modules around it

    /// <summary>White on black, whatever the terminal's colours are.</summary>
    private const string Colours = "\e[97;40m";

    private const string Plain = "\e[0m";

    /// <param name="isColoured">False: without the escapes, for a pipe.</param>
    public static IEnumerable<string> Lines(QrCode code, bool isColoured)
    {
        for (var row = -Quiet; row < code.Size + Quiet; row += 2)
        {
            var line = new StringBuilder();
            for (var column = -Quiet; column < code.Size + Quiet; column++)
            {
                line.Append((IsLight(row, column), IsLight(row + 1, column)) switch { (true, true) => '█', (true, false) => '▀', (false, true) => '▄', _ => ' ' });
            }

            yield return isColoured ? $"{Colours}{line}{Plain}" : line.ToString();
        }

        bool IsLight(int row, int column) => row < 0 || column < 0 || row >= code.Size || column >= code.Size || !code[row, column];
    }
}
