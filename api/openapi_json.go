package api

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// asJSON is a YAML document as JSON, with everything in its place.
func asJSON(text string) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(text), &root); err != nil {
		return nil, fmt.Errorf("read the API's description: %w", err)
	}

	var out bytes.Buffer
	if err := writeNode(&out, root.Content[0]); err != nil {
		return nil, fmt.Errorf("write the API's description as JSON: %w", err)
	}
	return out.Bytes(), nil
}

func writeNode(out *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.MappingNode:
		return writeMapping(out, n.Content)
	case yaml.SequenceNode:
		return writeSequence(out, n.Content)
	case yaml.ScalarNode:
		var v any
		if err := n.Decode(&v); err != nil {
			return err
		}
		return writeScalar(out, v)
	}
	return fmt.Errorf("line %d: a node of kind %d is not known here", n.Line, n.Kind)
}

// writeMapping writes an object of keys and values in turn.
func writeMapping(out *bytes.Buffer, pairs []*yaml.Node) error {
	out.WriteByte('{')
	for i, n := range pairs {
		switch {
		case i%2 == 1:
			out.WriteByte(':')
		case i > 0:
			out.WriteByte(',')
		}

		write := writeNode
		if i%2 == 0 {
			write = func(out *bytes.Buffer, key *yaml.Node) error { return writeScalar(out, key.Value) }
		}
		if err := write(out, n); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}

func writeSequence(out *bytes.Buffer, items []*yaml.Node) error {
	out.WriteByte('[')
	for i, n := range items {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := writeNode(out, n); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	return nil
}

func writeScalar(out *bytes.Buffer, v any) error {
	text, err := json.Marshal(v)
	out.Write(text)
	return err
}
