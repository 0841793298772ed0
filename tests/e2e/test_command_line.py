"""The command line: help, errors that help, exit codes, closed streams, signals that are ignored."""
import json
import os
import subprocess
import unittest

from harness import Case, PROGRAM

COMMANDS = ("merge", "plan", "inspect", "diff", "verify", "eval", "grade", "report", "run", "sandbox", "completion", "version")


class CommandLine(Case):
    def test_every_command_has_help_with_an_example(self):
        for command in COMMANDS:
            done = self.ok(command, "--help")
            self.assertIn("Example:", done.stdout, command)
            self.assertIn("--json", done.stdout, command)

    def test_version_is_one_line_or_one_document(self):
        self.assertRegex(self.ok("version").stdout, r"^fuseo1 \d+\.\d+\.\d+ \(\w+\)\n$")
        self.assertEqual(json.loads(self.ok("version", "--json").stdout)["name"], "fuseo1")

    def test_a_misspelt_command_names_the_nearest(self):
        self.assertIn("did you mean merge?", self.refused(2, "mrege"))

    def test_a_misspelt_option_names_the_nearest(self):
        self.assertIn("did you mean --memory?", self.refused(2, "merge", "merge.yaml", "out", "--memroy", "1GB"))

    def test_bad_values_name_the_option(self):
        for option, value in (("--memory", "lots"), ("--threads", "-3"), ("--out-shard-size", "5X"), ("--io", "mmap"),
                              ("--numerics", "numpy"), ("--sce-variant", "best"), ("--random-seed", "0x1")):
            self.assertIn(option, self.refused(2, "merge", "merge.yaml", "out", option, value))
        self.assertFalse((self.dir / "out").exists())

    def test_options_without_a_value_or_given_twice_are_named(self):
        self.assertIn("--threads needs a value", self.refused(2, "merge", "merge.yaml", "out", "--threads"))
        self.assertIn("--device needs a value", self.refused(2, "merge", "merge.yaml", "out", "--device"))
        self.assertIn("--numerics is given more than once",
                      self.refused(2, "merge", "merge.yaml", "out", "--numerics", "exact", "--numerics", "torch"))

    def test_two_dashes_end_the_options(self):
        self.ok("merge", "merge.yaml", "--", "-out")
        self.assertTrue((self.dir / "-out/model.safetensors").exists())
        self.assertIn("MODEL is missing", self.refused(2, "inspect", "--"))

    def test_the_name_of_the_program_is_in_its_hints(self):
        done = self.run_program("merge.yaml", "out", "--bogus", name="mergekit-yaml")
        self.assertIn("see 'mergekit-yaml --help'", done.stderr)

    def test_json_holds_no_bidirectional_character(self):
        config = json.loads((self.dir / "a/config.json").read_text())
        (self.dir / "a/config.json").write_text(json.dumps({**config, "note": "\u202ex"}))
        text = self.ok("inspect", "a", "--json").stdout
        self.assertNotIn("\u202e", text)
        self.assertEqual(json.loads(text)["config"]["note"], "\u202ex")

    def test_missing_arguments_are_named(self):
        self.assertIn("CONFIG", self.refused(2, "merge"))
        self.assertIn("OUT", self.refused(2, "merge", "merge.yaml"))
        self.assertIn("one argument too many", self.refused(2, "inspect", "a", "b"))

    def test_a_path_may_be_called_as_a_command(self):
        self.ok("merge", "merge.yaml", "plan")
        self.ok("verify", "plan")
        self.assertIn("no run", self.refused(2, "report", "merge"))

    def test_control_characters_are_never_printed(self):
        text = self.refused(2, "merge", "evil\x1b[31m\nname.yaml", "out")
        self.assertNotIn("\x1b", text)

    def test_an_isa_that_does_not_exist_is_a_usage_error(self):
        self.assertIn("FUSEO1_ISA", self.refused(2, "version", env={"FUSEO1_ISA": "sse9"}))

    def test_survives_an_empty_environment(self):
        self.ok("plan", "merge.yaml", env={})
        self.ok("merge", "merge.yaml", "out", env={})

    def test_survives_closed_standard_streams(self):
        script = f'"{PROGRAM}" merge merge.yaml out <&- >&- 2>&-'
        done = subprocess.run(["bash", "-c", script], cwd=self.dir, check=False, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.ok("verify", "out")

    def test_a_reader_that_goes_away_harms_nobody(self):
        script = f'set -o pipefail; "{PROGRAM}" plan merge.yaml --json | head -c 1 >/dev/null'
        self.assertEqual(subprocess.run(["bash", "-c", script], cwd=self.dir, check=False).returncode, 0)

    def test_a_full_disk_under_standard_output_is_the_systems_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([str(PROGRAM), "plan", "merge.yaml"], cwd=self.dir, stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 4, done.stderr)

    def test_a_file_size_limit_is_an_error_not_a_signal(self):
        done = subprocess.run(["bash", "-c", f'ulimit -f 1; exec "{PROGRAM}" merge merge.yaml out'], cwd=self.dir,
                              capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (0, 4), done.stderr)

    def test_bash_completion_is_a_valid_script_that_knows_the_commands(self):
        script = self.ok("completion", "bash").stdout
        check = script + '\nCOMP_WORDS=(fuseo1 ver); COMP_CWORD=1; _fuseo1; echo "${COMPREPLY[*]}"'
        done = subprocess.run(["bash", "-c", check], capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout.split(), ["verify", "version"], done.stderr)

    def test_completion_scripts_exist_for_zsh_and_fish(self):
        self.assertIn("#compdef fuseo1", self.ok("completion", "zsh").stdout)
        self.assertIn("complete -c fuseo1", self.ok("completion", "fish").stdout)
        self.refused(2, "completion", "cmd")


if __name__ == "__main__":
    os.umask(0o022)
    unittest.main()
