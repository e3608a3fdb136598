import { Page } from "../parts/page";

export default function Placeholder() {
	return <Page title="failures-one"><p /></Page>;
}
